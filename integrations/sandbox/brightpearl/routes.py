"""Which function answers which path, below `/brightpearl/public-api/{account}`."""

from collections.abc import Callable

from integrations.sandbox.brightpearl import (
    contacts,
    goods_in,
    goods_out,
    goods_out_events,
    goods_out_views,
    hooks,
    invoicing,
    journal_search,
    journals,
    order_posting,
    order_search,
    order_views,
    payments,
    products,
    reference,
    reservations,
    stock_changes,
    warehouses,
)
from integrations.sandbox.brightpearl.replies import Reply

Answer = Callable[..., Reply]
Routes = tuple[tuple[str, str, Answer], ...]

INTEGRATION: Routes = (
    ("GET", "/account-configuration", reference.get_configuration),
    ("POST", "/webhook", hooks.post_webhook),
    ("GET", "/webhook", hooks.get_webhooks),
    ("GET", "/webhook/{ids}", hooks.get_webhooks),
    ("DELETE", "/webhook/{webhook_id}", hooks.delete_webhook),
)

ORDER: Routes = (
    ("GET", "/order/{ids}", order_views.get_orders),
    ("OPTIONS", "/order/{ids}", order_views.order_options),
    ("OPTIONS", "/sales-order/{ids}", order_views.order_options),
    ("GET", "/order-search", order_search.search_orders),
    ("GET", "/order-search/meta-data", order_search.describe_orders),
    ("GET", "/sales-order-search", order_search.search_sales_orders),
    ("POST", "/sales-order", order_posting.post_sales_order),
    ("GET", "/sales-order/{ids}", order_views.get_sales_orders),
    ("POST", "/sales-credit", order_posting.post_sales_credit),
    ("GET", "/sales-credit/{ids}", order_views.get_sales_credits),
    ("POST", "/sales-order/{order_id}/close", invoicing.close_sales_order),
    ("POST", "/sales-credit/{order_id}/close", invoicing.close_sales_credit),
    ("PUT", "/order/{order_id}/status", invoicing.put_status),
    ("GET", "/order-status", reference.get_statuses),
    ("GET", "/order-type", reference.get_order_types),
    ("GET", "/order-stock-status", reference.get_stock_statuses),
    ("GET", "/order-shipping-status", reference.get_shipping_statuses),
)

ACCOUNTING: Routes = (
    ("POST", "/customer-payment", payments.post_payment),
    ("DELETE", "/customer-payment/{payment_id}", payments.delete_payment),
    ("GET", "/customer-payment-search", payments.search_payments),
    ("GET", "/payment-method", reference.get_payment_methods),
    ("GET", "/payment-method/{ids}", reference.get_payment_methods),
    ("GET", "/payment-method-search", reference.search_payment_methods),
    ("POST", "/journal-entry", journals.post_journal_entry),
    ("GET", "/journal/{ids}", journals.get_journals),
    ("GET", "/journal-search", journal_search.search_journals),
    ("GET", "/nominal-code", reference.get_nominals),
    ("GET", "/nominal-code/{ids}", reference.get_nominals),
    ("GET", "/nominal-code-search", reference.search_nominals),
    ("GET", "/tax-code", reference.get_tax_codes),
    ("GET", "/tax-code/{ids}", reference.get_tax_codes),
    ("GET", "/currency-search", reference.search_currencies),
)

PRODUCT: Routes = (
    ("GET", "/product/{ids}", products.get_products),
    ("GET", "/product-search", products.search_products),
    ("POST", "/product", products.post_product),
    ("PUT", "/product/{product_id}", products.put_product),
    ("GET", "/product-price/{ids}", products.get_prices),
    ("GET", "/product-price/{ids}/price-list/{list_ids}", products.get_prices),
    ("PUT", "/product-price/{product_id}/price-list", products.put_prices),
    ("GET", "/price-list", reference.get_price_lists),
    ("GET", "/price-list/{ids}", reference.get_price_lists),
    ("GET", "/channel", reference.get_channels),
    ("GET", "/channel/{ids}", reference.get_channels),
    ("GET", "/brand", reference.get_brands),
)

WAREHOUSE: Routes = (
    ("GET", "/warehouse", warehouses.get_warehouses),
    ("GET", "/warehouse/{ids}", warehouses.get_warehouses),
    ("GET", "/warehouse-search", warehouses.search_warehouses),
    ("GET", "/warehouse/{warehouse_id}/location", warehouses.get_locations),
    ("GET", "/warehouse/{warehouse_id}/location/{ids}", warehouses.get_locations),
    ("GET", "/warehouse/{warehouse_id}/location/default", warehouses.default_location),
    ("GET", "/warehouse/{warehouse_id}/location/quarantine", warehouses.quarantine_location),
    ("GET", "/location-search", warehouses.search_locations),
    ("GET", "/product-availability/{ids}", warehouses.get_availability),
    ("POST", "/warehouse/{warehouse_id}/stock-correction", stock_changes.post_correction),
    ("GET", "/warehouse/{warehouse_id}/stock-correction/{ids}", stock_changes.get_corrections),
    ("POST", "/warehouse/{warehouse_id}/quarantine/release", stock_changes.release_quarantine),
    ("GET", "/goods-movement-search", stock_changes.search_movements),
    (
        "POST",
        "/order/{order_id}/reservation/warehouse/{warehouse_id}",
        reservations.post_reservation,
    ),
    ("GET", "/order/{order_id}/reservation", reservations.get_reservation),
    ("DELETE", "/order/{order_id}/reservation", reservations.delete_reservation),
    ("POST", "/order/{order_id}/goods-note/goods-out", goods_out.post_goods_out),
    ("GET", "/order/{order_ids}/goods-note/goods-out", goods_out_views.get_goods_out),
    ("GET", "/order/{order_ids}/goods-note/goods-out/{note_ids}", goods_out_views.get_goods_out),
    ("DELETE", "/order/{order_id}/goods-note/goods-out/{note_id}", goods_out.delete_goods_out),
    ("PUT", "/goods-note/goods-out/{note_id}", goods_out.put_goods_out),
    ("POST", "/goods-note/goods-out/{note_id}/event", goods_out_events.post_event),
    ("GET", "/goods-note/goods-out-search", goods_out_views.search_goods_out),
    ("POST", "/order/{order_id}/goods-note/goods-in", goods_in.post_goods_in),
    ("GET", "/order/{order_ids}/goods-note/goods-in", goods_in.get_goods_in),
    ("GET", "/order/{order_ids}/goods-note/goods-in/{note_ids}", goods_in.get_goods_in),
    ("GET", "/goods-in-search", goods_in.search_goods_in),
    ("GET", "/goods-note/goods-in-search", goods_in.search_goods_in),
    ("GET", "/shipping-method", reference.get_shipping_methods),
    ("GET", "/shipping-method/{ids}", reference.get_shipping_methods),
    ("GET", "/shipping-method-search", reference.search_shipping_methods),
)

CONTACT: Routes = (
    ("GET", "/contact-search", contacts.search_contacts),
    ("GET", "/contact/{ids}", contacts.get_contacts),
    ("POST", "/contact", contacts.post_contact),
    ("POST", "/postal-address", contacts.post_address),
    ("GET", "/postal-address/{ids}", contacts.get_addresses),
)

SERVICES = {
    "integration-service": INTEGRATION,
    "order-service": ORDER,
    "accounting-service": ACCOUNTING,
    "product-service": PRODUCT,
    "warehouse-service": WAREHOUSE,
    "contact-service": CONTACT,
}
