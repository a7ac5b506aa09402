"""For dev/api-fuzz: each request brings the next of some access tokens, so that none asks too often."""

import itertools
import os

import schemathesis

TOKENS = itertools.cycle(os.environ["PEERLORE_TOKENS"].split())


@schemathesis.auth(refresh_interval=None)
class NextToken:
    def get(self, case, context):
        return next(TOKENS)

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"
