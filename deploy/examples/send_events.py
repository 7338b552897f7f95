"""An inference service in Python: one prediction, and what really happened a little later.

pip install confluent-kafka
KAFKA_BROKERS=127.0.0.1:19092 python send_events.py
"""

import json
import os
import uuid
from datetime import datetime, timezone

from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": os.environ.get("KAFKA_BROKERS", "127.0.0.1:19092"), "enable.idempotence": True})


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def send(topic: str, event: dict) -> None:
    producer.produce(topic, key=event["id"], value=json.dumps(event))


event_id = str(uuid.uuid4())
send(
    "plumbline.predictions",
    {
        "id": event_id,
        "model": "my-model",
        "version": "1",
        "time": now(),
        "features": {"distance": 733, "origin": "ATL"},
        "prediction": {"label": "late", "score": 0.81},
        "attributions": {"distance": 0.12, "origin": 0.4},
        "tags": {"region": "south"},
    },
)

# Minutes or weeks later, with the same id:
send("plumbline.ground-truth", {"id": event_id, "model": "my-model", "time": now(), "label": "late"})

if producer.flush(30) > 0:
    raise SystemExit("not every event was acknowledged; send again, Plumbline keeps one of each id")
print(f"sent prediction and ground truth {event_id}")
