"""Says accepted to everything and sends every change only once, to nobody."""

import json
import sys

for line in sys.stdin:
    print(json.dumps({"order_id": json.loads(line)["order_id"], "status": "accepted"}), flush=True)
