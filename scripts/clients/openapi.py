"""Validates the simulator's answers against a description of Graph in OpenAPI 3.0."""

import json
import re
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

import yaml
from openapi_schema_validator import OAS30Validator

from profiles import profiles
from tokens import token


def ask(address, path, bearer, body=None):
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}/v1.0{path}", data, headers)
    try:
        with urllib.request.urlopen(request, context=ssl.create_default_context()) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


class Description:
    def __init__(self, file):
        with open(file, encoding="utf-8") as text:
            self.document = yaml.safe_load(text)

    def resolve(self, node):
        while "$ref" in node:
            names = node["$ref"].removeprefix("#/").split("/")
            node = self.document
            for name in names:
                node = node[name.replace("~1", "/")]
        return node

    def schema(self, template, method, status):
        responses = self.document["paths"][template][method]["responses"]
        kinds = [str(status), f"{status // 100}XX", "default"]
        response = next(responses[kind] for kind in kinds if kind in responses)
        return self.resolve(response)["content"]["application/json"]["schema"]

    def validate(self, template, method, status, body):
        schema = self.schema(template, method, status)
        whole = {"allOf": [schema], "components": self.document["components"]}
        errors = [
            f"{error.json_path}: {error.message}"
            for error in OAS30Validator(whole).iter_errors(body)
        ]
        errors += [f"{name}: not described" for name in self.unknown(schema, body, "$")]
        if errors:
            sys.exit(f"{method.upper()} {template} {status}:\n  " + "\n  ".join(errors))

    def properties(self, schema):
        schema = self.resolve(schema)
        found = dict(schema.get("properties", {}))
        for part in schema.get("allOf", []) + schema.get("anyOf", []):
            found.update(self.properties(part))
        return found

    def items(self, schema):
        schema = self.resolve(schema)
        parts = schema.get("allOf", []) + schema.get("anyOf", [])
        return schema.get("items") or next(filter(None, map(self.items, parts)), None)

    def unknown(self, schema, value, place):
        """Properties that the description does not have, since it forbids none."""
        if isinstance(value, list):
            items = self.items(schema)
            for index, item in enumerate(value):
                yield from self.unknown(items or {}, item, f"{place}[{index}]")
        elif isinstance(value, dict) and (known := self.properties(schema)):
            for name, inner in value.items():
                if name in known:
                    yield from self.unknown(known[name], inner, f"{place}.{name}")
                elif not re.search("@odata|@microsoft", name):
                    yield f"{place}.{name}"


def main(address, home, file):
    description = Description(file)
    checked = 0

    def check(template, bearer, method="get", body=None, expected=200, **names):
        nonlocal checked
        path = template
        for name, value in names.items():
            path = path.replace("{" + name.replace("_", "-") + "}", urllib.parse.quote(value))
        status, answer = ask(address, path, bearer, body)
        assert status == expected, (path, status, answer)
        description.validate(template, method, status, answer)
        checked += 1
        return answer

    for profile in profiles(home):
        bearer = token(address, profile)
        skus = check("/subscribedSkus", bearer)["value"]
        one = "/subscribedSkus/{subscribedSku-id}"
        check(one, bearer, subscribedSku_id=skus[0]["id"])
        check(one, bearer, subscribedSku_id="0_0", expected=404)
        check("/subscribedSkus", "no.good.token", expected=401)
        bought = check("/directory/subscriptions", bearer)["value"]
        one = "/directory/subscriptions/{companySubscription-id}"
        check(one, bearer, companySubscription_id=bought[0]["id"])
        one = "/directory/subscriptions(commerceSubscriptionId='{commerceSubscriptionId}')"
        check(one, bearer, commerceSubscriptionId=bought[0]["commerceSubscriptionId"])
        check("/organization", bearer)
        batch = {"requests": [{"id": "1", "method": "GET", "url": "/subscribedSkus"}]}
        check("/$batch", bearer, method="post", body=batch)
    print(f"openapi: {checked} answers are as described")


main(*sys.argv[1:])
