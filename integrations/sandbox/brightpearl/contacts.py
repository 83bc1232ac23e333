"""Contacts and postal addresses."""

from functools import partial
from typing import Any

from integrations.sandbox.brightpearl.formats import id_set, read_int, read_text, section, stamp
from integrations.sandbox.brightpearl.masters import Contact
from integrations.sandbox.brightpearl.replies import (
    BAD_CONTACT,
    Reply,
    invalid,
    not_found,
    response,
)
from integrations.sandbox.brightpearl.requests import read_body
from integrations.sandbox.brightpearl.search import Column, Table, find
from integrations.sandbox.brightpearl.world import World
from integrations.sandbox.core.http import Request

LARGEST_SET = 200

_text = partial(read_text, code=BAD_CONTACT)


def get_contacts(world: World, request: Request, *, ids: str) -> Reply:
    """Contacts by id, or 404 when none exists."""
    found = (world.contacts.get(one) for one in id_set(ids, cap=LARGEST_SET))
    views = [_view(world, one) for one in found if one is not None]
    if not views:
        raise not_found(f"Contact {ids}")
    paging = {"pagination": {"firstResult": 1, "lastResult": len(views)}, "sorting": {}}
    return Reply(200, {"response": views, **paging})


def _view(world: World, one: Contact) -> dict[str, Any]:
    zone, address = world.settings.zone, one.address_id
    return {
        "contactId": one.id,
        "isPrimaryContact": True,
        "firstName": one.first_name,
        "lastName": one.last_name,
        "postAddressIds": {"DEF": address, "BIL": address, "DEL": address},
        "communication": {
            "emails": {"PRI": {"email": one.email}},
            "telephones": {"PRI": one.phone},
        },
        "organisation": {"name": one.company},
        "relationshipToAccount": {"isSupplier": False, "isStaff": one.is_staff},
        "createdOn": stamp(one.created_on, zone),
        "updatedOn": stamp(one.updated_on, zone),
        "createdByid": 4,
    }


def post_contact(world: World, request: Request) -> Reply:
    """Create a customer. Several contacts may share an email address."""
    body = read_body(request)
    communication = section(body, "communication")
    address_id = section(body, "postAddressIds").get("DEF")
    contact = Contact(
        id=0,
        first_name=_text(body.get("firstName"), "firstName", limit=32),
        last_name=_text(body.get("lastName"), "lastName", limit=32),
        email=str(section(section(communication, "emails"), "PRI").get("email", "")),
        created_on=world.now,
        updated_on=world.now,
        company=_text(section(body, "organisation").get("name"), "organisation.name", limit=255),
        phone=str(section(communication, "telephones").get("PRI", "")),
        address_id=read_int(address_id or 0, "postAddressIds.DEF", code=BAD_CONTACT),
    )
    if not contact.first_name or not contact.last_name:
        raise invalid(BAD_CONTACT, "A contact needs a firstName and a lastName")
    if contact.address_id not in world.addresses:
        raise invalid(BAD_CONTACT, "postAddressIds.DEF is not a postal address")
    contact.id = world.new_id("contact")
    world.contacts[contact.id] = contact
    world.record("contact", contact.id, "", {"contactId": contact.id})
    return response(contact.id)


def post_address(world: World, request: Request) -> Reply:
    """Create a postal address; the first line is required."""
    body = read_body(request)
    if not _text(body.get("addressLine1"), "addressLine1", limit=255):
        raise invalid(BAD_CONTACT, "addressLine1 is required")
    address_id = world.new_id("address")
    world.addresses[address_id] = dict(body)
    return response(address_id)


def get_addresses(world: World, request: Request, *, ids: str) -> Reply:
    """Postal addresses by id, or 404 when none exists."""
    wanted = id_set(ids, cap=LARGEST_SET)
    found = [{"addressId": one, **world.addresses[one]} for one in wanted if one in world.addresses]
    if not found:
        raise not_found(f"Postal address {ids}")
    return response(found)


CONTACTS = Table(
    columns=(
        Column("contactId", "IDSET", lambda c: c.id),
        Column("primaryEmail", "SEARCH_STRING", lambda c: c.email or None),
        Column("secondaryEmail", "SEARCH_STRING", lambda c: None),
        Column("tertiaryEmail", "SEARCH_STRING", lambda c: None),
        Column("firstName", "SEARCH_STRING", lambda c: c.first_name),
        Column("lastName", "SEARCH_STRING", lambda c: c.last_name),
        Column("isSupplier", "BOOLEAN", lambda c: False),
        Column("companyName", "SEARCH_STRING", lambda c: c.company or None),
        Column("isStaff", "BOOLEAN", lambda c: c.is_staff),
        Column("isCustomer", "BOOLEAN", lambda c: c.is_customer),
        Column("createdOn", "PERIOD", lambda c: c.created_on),
        Column("updatedOn", "PERIOD", lambda c: c.updated_on),
        Column("nominalCode", "STRING", lambda c: c.nominal or None),
        Column("isPrimary", "BOOLEAN", lambda c: True),
        Column("pri", "STRING", lambda c: c.phone or None),
        Column("exactCompanyName", "STRING", lambda c: c.company or None),
    )
)


def search_contacts(world: World, request: Request) -> Reply:
    """Find contacts. QUIRK: emails match anywhere, so callers must compare again."""
    rows = world.contacts.values()
    return find(CONTACTS, rows, request.query, zone=world.settings.zone, references={})
