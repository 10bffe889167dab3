import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import software.amazon.event.ruler.Machine;

/** Drives event-ruler's Machine by the line protocol that ../../../../README.md describes. */
public final class Harness {
    private final Machine machine = new Machine();
    private List<String> events = new ArrayList<>();

    public static void main(String[] arguments) throws IOException {
        Harness harness = new Harness();
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("ok");
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            if (line.equals("quit")) {
                return;
            }
            System.out.println(harness.answer(line));
        }
    }

    private String answer(String line) {
        String[] words = line.split(" ", 2);
        try {
            return "ok " + carryOut(words[0], words.length > 1 ? words[1] : "");
        } catch (Exception | StackOverflowError | OutOfMemoryError problem) {
            return "error " + String.valueOf(problem).replace('\n', ' ');
        }
    }

    private long carryOut(String command, String operand) throws Exception {
        switch (command) {
            case "add": return change(Path.of(operand), true);
            case "remove": return change(Path.of(operand), false);
            case "events":
                events = Files.readAllLines(Path.of(operand), StandardCharsets.UTF_8);
                return events.size();
            case "check": return check(Path.of(operand));
            case "match": return match(Integer.parseInt(operand));
            case "memory": return memory();
            default: throw new IllegalArgumentException("unknown command " + command);
        }
    }

    /** Returns the nanoseconds that adding or removing took, without reading the file. */
    private long change(Path path, boolean add) throws Exception {
        long taken = 0;
        try (BufferedReader rules = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            for (String line = rules.readLine(); line != null; line = rules.readLine()) {
                int tab = line.indexOf('\t');
                String name = line.substring(0, tab);
                String pattern = line.substring(tab + 1);
                long started = System.nanoTime();
                if (add) {
                    machine.addRule(name, pattern);
                } else {
                    machine.deleteRule(name, pattern);
                }
                taken += System.nanoTime() - started;
            }
        }
        return taken;
    }

    private long check(Path path) throws Exception {
        try (BufferedWriter names = Files.newBufferedWriter(path, StandardCharsets.UTF_8)) {
            for (String event : events) {
                names.write(String.join("\t", machine.rulesForJSONEvent(event)));
                names.write('\n');
            }
        }
        return events.size();
    }

    /** Matches `count` events, beginning again after the last; returns the nanoseconds. */
    private long match(int count) throws Exception {
        long matched = 0;
        long started = System.nanoTime();
        for (int left = count; left > 0; left -= events.size()) {
            int end = Math.min(left, events.size());
            for (int number = 0; number < end; number++) {
                matched += machine.rulesForJSONEvent(events.get(number)).size();
            }
        }
        long taken = System.nanoTime() - started;
        return matched < 0 ? -1 : taken;
    }

    /** Returns the bytes of heap in use after collection. */
    private static long memory() throws InterruptedException {
        for (int pass = 0; pass < 3; pass++) {
            System.gc();
            Thread.sleep(50);
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
