package dev.weir.cluster;

import dev.weir.sql.Definition;
import dev.weir.sql.Schema;
import dev.weir.sql.SessionEffects;
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
    private static final String ROUTINE = "routine";

    private SchemaReader() {}

    static Schema read(Connection from, Dialect dialect) throws SQLException {
        List<Definition> definitions = new ArrayList<>();
        Set<String> plainTables = new HashSet<>();
        Map<String, Set<String>> parents = new HashMap<>();
        Lasting routines = new Lasting();
        Lasting relations = new Lasting();
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
                    case SETS, HOLDS ->
                        (ROUTINE.equals(row.getString(4)) ? routines : relations).add(kind, row.getString(3));
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
        return new Schema(
                definitions,
                syntax,
                plainTables,
                parents,
                new SessionRoutines(routines.effects(), relations.effects()));
    }

    /** Names of what leaves something in a session, by what it leaves. */
    private static final class Lasting {
        private final Set<String> setting = new HashSet<>();
        private final Set<String> holding = new HashSet<>();

        void add(String kind, String name) {
            (kind.equals(SETS) ? setting : holding).add(name);
        }

        SessionEffects effects() {
            return new SessionEffects(setting, holding);
        }
    }
}
