import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.kafka.common.utils.Exit;

/** Runs many command line tools in one process, so that one class archive holds all of them. */
public final class ToolTraining {
    private static final byte[] TYPED = "k1:v1\nk2:v2\n".getBytes();

    private static final class Ended extends RuntimeException {
        Ended() {
            super(null, null, false, false);
        }
    }

    /** The argument is a file: a command a line, main class and arguments split by tabs. */
    public static void main(String[] args) throws Exception {
        Exit.setExitProcedure((code, message) -> { throw new Ended(); });
        Exit.setHaltProcedure((code, message) -> { throw new Ended(); });
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            String[] words = line.split("\t");
            System.setIn(new ByteArrayInputStream(TYPED));
            try {
                Class.forName(words[0]).getMethod("main", String[].class)
                    .invoke(null, (Object) Arrays.copyOfRange(words, 1, words.length));
            } catch (java.lang.reflect.InvocationTargetException ended) {
                continue; // by Exit, or by itself: what it loaded is recorded either way
            }
        }
        Exit.resetExitProcedure();
        Exit.resetHaltProcedure();
        Runtime.getRuntime().exit(0);
    }
}
