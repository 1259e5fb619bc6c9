import io.trino.plugin.hive.HiveConnectorFactory;
import io.trino.plugin.iceberg.IcebergConnectorFactory;
import io.trino.server.Server;
import io.trino.spi.Plugin;
import io.trino.spi.connector.ConnectorFactory;
import java.util.List;

/** Starts Trino's server from its jars; the one argument is its version. */
public final class StartTrino {
    public static void main(String[] arguments) {
        new Server().start(arguments[0]);
    }

    /** The Hive and the Iceberg connector, from one folder of jars. */
    public static final class Connectors implements Plugin {
        @Override
        public Iterable<ConnectorFactory> getConnectorFactories() {
            return List.of(new HiveConnectorFactory("hive"), new IcebergConnectorFactory());
        }
    }
}
