"""Seal telephone numbers with Privet, find them again, and open them for a purpose.

    PRIVET_URL=http://127.0.0.1:8440 PRIVET_TOKEN=pvt_... python3 vault.py

Only the standard library is used. Nothing that is printed shows a number in clear unless the policy
of contact.phone opens it in clear for the purpose.
"""

import json
import os
import sqlite3
import urllib.error
import urllib.request

CONTEXT = "crm.customers.phone"  # Where the values stand: they open under the same context only.


class Vault:
    """The calls of /v1/vault."""

    def __init__(self, url: str, token: str):
        self.url, self.token = url.rstrip("/"), token

    def call(self, name: str, **body):
        request = urllib.request.Request(
            f"{self.url}/v1/vault/{name}",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            # `errors` names each item that is wrong by its place; nothing was done.
            places = [(one["at"], one["detail"]) for one in problem.get("errors", [])]
            raise SystemExit(f"{problem['detail']} {places}") from None


def main():
    vault = Vault(os.environ["PRIVET_URL"], os.environ["PRIVET_TOKEN"])
    people = {"C-1": "+8613812345678", "C-2": "+8613900001111"}

    # Our own table has the sealed value and its index, never the number.
    crm = sqlite3.connect(":memory:")
    crm.execute("CREATE TABLE customers (number TEXT PRIMARY KEY, phone TEXT, phone_index TEXT)")
    sealed = vault.call(
        "seal",
        category="contact.phone",
        context=CONTEXT,
        items=[{"subject": {"customer_id": who}, "value": phone} for who, phone in people.items()],
    )
    for who, one in zip(people, sealed["items"]):
        row = (who, one["sealed"], one["index"])
        crm.execute("INSERT INTO customers VALUES (?, ?, ?)", row)
    print("sealed:", len(sealed["items"]))

    # Who has this number? The index finds the row; the number may be typed in another way.
    found = vault.call(
        "search", category="contact.phone", purpose="customer_support", value="138 1234 5678"
    )
    [(who, phone)] = crm.execute(
        "SELECT number, phone FROM customers WHERE phone_index = ?", (found["index"],)
    )
    print("found:", who)

    # Support sees a mask, delivery the number; both openings are in the ledger.
    for purpose in ("customer_support", "service_delivery"):
        opened = vault.call("open", purpose=purpose, context=CONTEXT, sealed=phone)
        print(f"{purpose}: {opened['value']} ({opened['shown']})")

    # A partner gets a token that fits its telephone column, and never the number.
    made = vault.call(
        "tokens",
        category="contact.phone",
        subject={"customer_id": who},
        format="preserving",
        value=people[who],
    )
    back = vault.call(
        "detokenize", category="contact.phone", purpose="service_delivery", token=made["token"]
    )
    fits = made["token"].startswith("+861") and len(made["token"]) == len(people[who])
    print("token fits:", fits, "and stands for the number:", back["value"] == people[who])


if __name__ == "__main__":
    main()
