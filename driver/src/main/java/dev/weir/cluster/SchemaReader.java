package dev.weir.cluster;

import dev.weir.sql.Definition;
import dev.weir.sql.Schema;
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

    private SchemaReader() {}

    static Schema read(Connection from, Dialect dialect) throws SQLException {
        List<Definition> definitions = new ArrayList<>();
        Set<String> plainTables = new HashSet<>();
        Map<String, Set<String>> parents = new HashMap<>();
        Syntax syntax = dialect.syntax();
        try (Statement asking = from.createStatement();
                ResultSet row = asking.executeQuery(dialect.definitionsSql())) {
            while (row.next()) {
                if (row.getString(1).equals(MODE)) {
                    syntax = Syntax.ofH2Mode(row.getString(3));
                } else if (row.getString(1).equals(PLAIN)) {
                    plainTables.add(row.getString(3));
                } else if (row.getString(1).equals(PARENT)) {
                    parents.computeIfAbsent(row.getString(3), child -> new HashSet<>())
                            .add(row.getString(5));
                } else {
                    definitions.add(new Definition(
                            Definition.Kind.valueOf(row.getString(1).toUpperCase(Locale.ROOT)),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            row.getString(5)));
                }
            }
        }
        return new Schema(definitions, syntax, plainTables, parents);
    }
}
