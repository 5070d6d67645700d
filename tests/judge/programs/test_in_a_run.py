"""A whole run with a Java program in the place of the Python one: same orders, same verdict."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from judge.home import Home
from judge.job import Job
from judge.kafka.installed import KafkaInstall
from judge.lab import Lab, load_lab
from judge.run import run
from judge.solutions import solution_files

LABS = Path(__file__).parents[3] / "labs"
TRIES = 3

pytestmark = [pytest.mark.brokers, pytest.mark.slow]

MAIN = """
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

public class Main {
    public static void main(String[] args) throws Exception {
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", System.getenv("BOOTSTRAP_SERVERS"), "acks", "all", "linger.ms", 5,
            "request.timeout.ms", 2000, "delivery.timeout.ms", 5000, "max.block.ms", 5000);
        var text = new StringSerializer();
        var in = new BufferedReader(new InputStreamReader(System.in));
        try (var producer = new KafkaProducer<>(settings, text, text)) {
            for (String line; (line = in.readLine()) != null; ) {
                String id = field(line, "order_id");
                var order = new ProducerRecord<>(
                    System.getenv("TOPIC"), field(line, "customer"), line.strip());
                producer.send(order, (at, failed) -> System.out.printf(
                    "{\\"order_id\\": \\"%s\\", \\"status\\": \\"%s\\"}%n",
                    id, failed == null ? "accepted" : "refused"));
            }
        }
    }

    private static String field(String line, String name) {
        var found = Pattern.compile("\\"" + name + "\\": ?\\"([^\\"]+)\\"").matcher(line);
        return found.find() ? found.group(1) : "";
    }
}
"""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """The lab of lost acknowledgements, with a Java program as its file."""
    folder = tmp_path / "acked-then-gone"
    shutil.copytree(LABS / "acked-then-gone", folder)
    toml = folder / "lab.toml"
    text = toml.read_text().replace('client = "python"', 'client = "java"\nentry = "Main.java"')
    toml.write_text(text.replace("producer.py", "Main.java"))
    (folder / "starter" / "producer.py").unlink()
    (folder / "starter" / "Main.java").write_text(MAIN)
    return load_lab(folder)


def test_a_java_program_that_waits_for_all_replicas_keeps_every_promise(
    lab: Lab, home: Home, kafka: KafkaInstall
) -> None:
    settings = solution_files(load_lab(LABS / "acked-then-gone"), "reference")["topic.properties"]
    files = {"Main.java": MAIN.encode(), "topic.properties": settings}

    for _ in range(TRIES):  # INCONCLUSIVE is neither right nor wrong; a FAIL is never tried again
        report = run(Job(lab, "fix", files, seed=7), lambda _event: None, home=home)
        if report.verdict.value != "INCONCLUSIVE":
            break

    assert report.verdict.value == "PASS", report.to_json()
