"""What recipes may know of an account: reference values, asked for once and remembered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from integrations.canonical.orders import Customer
from integrations.connectors.brightpearl.calls import Message
from integrations.connectors.brightpearl.client import Client
from integrations.connectors.brightpearl.config import BrightpearlConfig
from integrations.connectors.brightpearl.masters import TaxCode
from integrations.connectors.brightpearl.recipes.base import created_id
from integrations.connectors.brightpearl.search import number_of, text_of
from integrations.connectors.errors import AmbiguousError, RejectedError, UnavailableError

KEPT = timedelta(hours=1)  # costs and tax rates
CONTACTS_KEPT = 5000  # e-mail addresses held in memory
UNKNOWN_ADDRESS = "Unknown"  # QUIRK(brightpearl): a contact cannot be made without an address
NAME_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Currency:
    id: int
    rate: Decimal  # foreign units for one unit of base currency
    is_base: bool


class Account:
    """Reference values of one account. Methods ask the vendor once and may raise any read error."""

    def __init__(
        self, client: Client, config: BrightpearlConfig, clock: Callable[[], datetime]
    ) -> None:
        self.client = client
        self.config = config
        self._clock = clock
        self.event_owner = config.event_owner_id or 0  # staff contact who ships; 0: not known yet
        self._configuration: dict[str, str] = {}
        self._currencies: dict[str, Currency] = {}
        self._tax_codes: dict[str, TaxCode] = {}
        self._tax_codes_at = datetime.min.replace(tzinfo=UTC)
        self._locations: dict[tuple[int, str], int] = {}
        self._costs: dict[int, tuple[datetime, Decimal]] = {}
        self._contacts: dict[str, int] = {}

    def now(self) -> datetime:
        return self._clock()

    def setting(self, name: str) -> str:
        """One value of the account's configuration; empty when it is not set."""
        if not self._configuration:
            found, _ = self.client.account_configuration()
            self._configuration = {key: str(value) for key, value in found.configuration.items()}
        return self._configuration.get(name, "")

    def base_currency(self) -> str:
        return self.setting("baseCurrencyCode")

    def currency(self, code: str) -> Currency:
        """Raises RejectedError when the account does not have it."""
        if code not in self._currencies:
            row = next(iter(self.client.currencies(code)), None)
            if row is None:
                raise RejectedError(f"Brightpearl has no currency {code}.")
            rate = Decimal(text_of(row, "exchangeRate") or "1")
            is_base = text_of(row, "isDefault").lower() == "true"
            self._currencies[code] = Currency(number_of(row, "id"), rate, is_base)
        return self._currencies[code]

    def tax_code(self, code: str) -> TaxCode | None:
        """A tax code with its id and rate; None when there is none."""
        now = self.now()
        if code not in self._tax_codes or now - self._tax_codes_at > KEPT:
            self._tax_codes = {each.code: each for each in self.client.tax_codes()}
            self._tax_codes_at = now
        return self._tax_codes.get(code)

    def location(self, warehouse: int, kind: str) -> int:
        """The `default` or `quarantine` location of a warehouse."""
        if (warehouse, kind) not in self._locations:
            self._locations[warehouse, kind] = self.client.location(warehouse, kind)
        return self._locations[warehouse, kind]

    def costs(self, products: Iterable[int]) -> dict[int, Decimal]:
        """Base-currency cost of one unit, from the account's cost price list; unknown left out."""
        price_list, now = self.setting("defaultCostPriceListId"), self.now()
        if not price_list.isdecimal():
            return {}
        wanted = set(products)
        stale = {each for each in wanted if not self._has_cost(each, now)}
        if stale:
            self._learn_costs(stale, price_list=int(price_list), now=now)
        return {each: self._costs[each][1] for each in wanted if each in self._costs}

    def _has_cost(self, product: int, now: datetime) -> bool:
        return product in self._costs and now - self._costs[product][0] < KEPT

    def _learn_costs(self, products: set[int], *, price_list: int, now: datetime) -> None:
        prices = self.client.product_prices(products, price_list=price_list)
        for product in products:
            self._costs.pop(product, None)
            cost = prices[product].unit_net(price_list) if product in prices else None
            if cost is not None:
                self._costs[product] = (now, cost)

    def contact(self, customer: Customer) -> int:
        """The contact with this e-mail address; made when there is none.

        Raises RejectedError for an anonymous shopper. A lost reply is Unavailable, not ambiguous:
        the next attempt finds the contact by its address.
        """
        if customer.is_anonymous:
            raise RejectedError("An order needs a contact: map one, or take the shopper's e-mail.")
        email = customer.email.strip().casefold()
        if email not in self._contacts:
            if len(self._contacts) >= CONTACTS_KEPT:
                self._contacts.clear()
            self._contacts[email] = self._find_contact(email) or self._make_contact(customer)
        return self._contacts[email]

    def _find_contact(self, email: str) -> int:
        """QUIRK(brightpearl): the search finds parts of addresses, and an address may be shared:
        the oldest contact is taken. 0: nobody."""
        rows = self.client.contacts_by_email(email)
        same = [row for row in rows if text_of(row, "primaryEmail").strip().casefold() == email]
        return min((number_of(row, "contactId") for row in same), default=0)

    def _make_contact(self, customer: Customer) -> int:
        try:
            address = self._create("/contact-service/postal-address", _address())
            return self._create("/contact-service/contact", _contact(customer, address))
        except AmbiguousError as error:
            raise UnavailableError(error.sentence, detail=error.detail) from error

    def _create(self, path: str, body: dict[str, object]) -> int:
        return created_id(self.client.calls.send(Message("POST", path, body, f"POST {path}")))


def _address() -> dict[str, object]:
    return {"addressLine1": UNKNOWN_ADDRESS, "countryIsoCode": "GBR"}


def _contact(customer: Customer, address: int) -> dict[str, object]:
    phones = {"telephones": {"PRI": customer.phone}} if customer.phone else {}
    return {
        "firstName": (customer.first_name or "Customer")[:NAME_LENGTH],
        "lastName": (customer.last_name or "Unknown")[:NAME_LENGTH],
        "postAddressIds": {"DEF": address, "BIL": address, "DEL": address},
        "communication": {"emails": {"PRI": {"email": customer.email.strip()}}, **phones},
        "relationshipToAccount": {"isSupplier": False},
    }
