import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.hive.ql.parse.ParseDriver;
import org.apache.hadoop.hive.ql.parse.ParseException;

class HiveParse {
    public static void main(String[] files) throws Exception {
        for (String file : files) {
            try {
                new ParseDriver().parse(Files.readString(Path.of(file)));
                System.out.println("parsed");
            } catch (ParseException refusal) {
                System.out.println("refused " + refusal.getMessage().replace('\n', ' '));
            }
        }
    }
}
