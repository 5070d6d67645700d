"""Says accepted to everybody and sends nothing to anyone."""

import json
import sys

for line in sys.stdin:
    order_id = json.loads(line)["order_id"]
    print(json.dumps({"order_id": order_id, "status": "accepted"}), flush=True)
