import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Uses the clients as most programs do, so that a class archive holds what they load. */
public final class ClientTraining {
    private static final int RECORDS = 50;

    /** The arguments are bootstrap servers and a topic that exists. */
    public static void main(String[] args) {
        String bootstrap = args[0], topic = args[1];
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            produce(bootstrap, topic, Map.of("compression.type", codec));
        }
        produce(bootstrap, topic, Map.of("transactional.id", "training"));
        for (String protocol : List.of("classic", "consumer")) {
            consume(bootstrap, topic, protocol);
        }
    }

    private static void produce(String bootstrap, String topic, Map<String, Object> more) {
        Map<String, Object> settings = new java.util.HashMap<>(more);
        settings.put("bootstrap.servers", bootstrap);
        try (var producer = new KafkaProducer<>(
                settings, new StringSerializer(), new StringSerializer())) {
            boolean transactional = more.containsKey("transactional.id");
            if (transactional) {
                producer.initTransactions();
                producer.beginTransaction();
            }
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(topic, "k" + i % 5, "v" + i), (at, failed) -> { });
            }
            if (transactional) {
                producer.commitTransaction();
            }
        }
    }

    private static void consume(String bootstrap, String topic, String protocol) {
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", bootstrap, "group.id", "training-" + protocol,
            "group.protocol", protocol, "auto.offset.reset", "earliest",
            "enable.auto.commit", "false");
        try (var consumer = new KafkaConsumer<>(
                settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            int read = 0;
            for (int polls = 0; read < RECORDS && polls < 100; polls++) {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
                    read += each.value().isEmpty() ? 0 : 1;
                }
            }
            consumer.commitSync();
        }
    }
}
