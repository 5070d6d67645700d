"""Turns everybody away."""

import json
import sys

for line in sys.stdin:
    order = json.loads(line)
    print(json.dumps({"order_id": order["order_id"], "status": "refused"}), flush=True)
