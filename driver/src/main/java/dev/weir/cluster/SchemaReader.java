package dev.weir.cluster;

import dev.weir.sql.Definition;
import dev.weir.sql.Schema;
import dev.weir.sql.SessionRoutines;
import dev.weir.sql.Syntax;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads what a node's catalog says about the database's own objects. */
final class SchemaReader {
    private static final String MODE = "mode";
    private static final String PLAIN = "plain";
    private static final String PARENT = "parent";
    private static final String SETS = "sets";
    private static final String HOLDS = "holds";

    private SchemaReader() {}

    static Schema read(Connection from, Dialect dialect) throws SQLException {
        List<Definition> definitions = new ArrayList<>();
        Set<String> plainTables = new HashSet<>();
        Map<String, Set<String>> parents = new HashMap<>();
        Set<String> setting = new HashSet<>();
        Set<String> holding = new HashSet<>();
        Syntax syntax = dialect.syntax();
        try (Statement asking = from.createStatement();
                ResultSet row = asking.executeQuery(dialect.definitionsSql())) {
            while (row.next()) {
                String kind = row.getString(1);
                switch (kind) {
                    case MODE -> syntax = Syntax.ofH2Mode(row.getString(3));
                    case PLAIN -> plainTables.add(row.getString(3));
                    case PARENT ->
                        parents.computeIfAbsent(row.getString(3), child -> new HashSet<>())
                                .add(row.getString(5));
                    case SETS -> setting.add(row.getString(3));
                    case HOLDS -> holding.add(row.getString(3));
                    default ->
                        definitions.add(new Definition(
                                Definition.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5)));
                }
            }
        }
        return new Schema(definitions, syntax, plainTables, parents, new SessionRoutines(setting, holding));
    }
}
