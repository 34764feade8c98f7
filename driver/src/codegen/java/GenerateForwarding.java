import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.TypeParameterElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.tools.ToolProvider;

/**
 * Writes package {@code dev.weir.forward} from the interfaces of {@code java.sql} as release 17 has them: an interface
 * {@code ForwardingX} for each of {@link #INTERFACES}, the recording variants of the statements with parameters, and the
 * record of those parameters. Argument: the source folder to write to.
 */
public final class GenerateForwarding {
    private static final int RELEASE = 17;

    private static final String PACKAGE = "dev.weir.forward";

    /** Each interface after those it extends. */
    private static final List<String> INTERFACES = List.of(
            "Connection", "Statement", "PreparedStatement", "CallableStatement", "ResultSet", "DatabaseMetaData");

    /** What a decorator must decide for itself: life and identity; so must it whatever hands out another JDBC object or may not fail. */
    private static final Set<String> KEPT_ABSTRACT = Set.of("close", "isClosed", "abort", "unwrap", "isWrapperFor");

    private static final Set<String> WRAPPED_RESULTS = Set.of(
            "java.sql.Connection",
            "java.sql.Statement",
            "java.sql.PreparedStatement",
            "java.sql.CallableStatement",
            "java.sql.ResultSet",
            "java.sql.DatabaseMetaData");

    private final Path folder;
    private final Map<String, TypeElement> types = new LinkedHashMap<>();

    private GenerateForwarding(Path folder) {
        this.folder = folder;
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(
                        new StringWriter(),
                        null,
                        null,
                        List.of("--release", Integer.toString(RELEASE), "-proc:none"),
                        List.of("java.lang.Object"),
                        List.of());
        for (String name : INTERFACES) {
            types.put(name, task.getElements().getTypeElement("java.sql." + name));
        }
    }

    public static void main(String[] args) throws IOException {
        new GenerateForwarding(Path.of(args[0])).writeAll();
    }

    private void writeAll() throws IOException {
        for (String name : INTERFACES) {
            write("Forwarding" + name, forwarding(name));
        }
        List<Setter> indexed = setters(types.get("PreparedStatement"), "int");
        List<Setter> named = setters(types.get("CallableStatement"), "java.lang.String");
        write("ParameterKind", kinds(indexed));
        write("RecordedParameters", recordedParameters(indexed, named));
        write("RecordingPreparedStatement", recording("PreparedStatement", "", indexed));
        write("RecordingCallableStatement", recording("CallableStatement", ", RecordingPreparedStatement", named));
    }

    private void write(String name, String body) throws IOException {
        Path file = folder.resolve(PACKAGE.replace('.', '/')).resolve(name + ".java");
        Files.createDirectories(file.getParent());
        String text = "package " + PACKAGE + ";\n\n" + body;
        if (!Files.exists(file) || !Files.readString(file).equals(text)) {
            Files.writeString(file, text);
        }
    }

    // ---------------------------------------------------------------- forwarding

    private String forwarding(String name) {
        TypeElement type = types.get(name);
        String parent = parentOf(type);
        StringBuilder out = new StringBuilder();
        out.append("/**\n * A {@link java.sql.")
                .append(name)
                .append("} whose calls go to {@link #delegate()}. Left to the class are its life, its identity,\n")
                .append(
                        " * and every call that hands out another connection, statement, result set or metadata.\n */\n")
                .append("@org.jspecify.annotations.NullUnmarked\n")
                .append("public interface Forwarding")
                .append(name)
                .append(" extends ");
        if (parent != null) {
            out.append("Forwarding").append(parent).append(", ");
        }
        out.append("java.sql.").append(name).append(" {\n");
        out.append("    /** The object that answers the next call; may open it. */\n");
        if (parent != null) {
            out.append("    @Override\n");
        }
        out.append("    java.sql.").append(name).append(" delegate() throws java.sql.SQLException;\n");
        for (ExecutableElement method : ElementFilter.methodsIn(type.getEnclosedElements())) {
            if (isForwarded(method)) {
                out.append(forwardedMethod(method));
            }
        }
        return out.append("}\n").toString();
    }

    private String parentOf(TypeElement type) {
        return type.getInterfaces().stream()
                .map(Object::toString)
                .filter(name -> name.startsWith("java.sql."))
                .map(name -> name.substring("java.sql.".length()))
                .filter(INTERFACES::contains)
                .findFirst()
                .orElse(null);
    }

    private static boolean isForwarded(ExecutableElement method) {
        return !method.getModifiers().contains(Modifier.STATIC)
                && !KEPT_ABSTRACT.contains(method.getSimpleName().toString())
                && !WRAPPED_RESULTS.contains(method.getReturnType().toString())
                && !method.getThrownTypes().isEmpty();
    }

    private static String forwardedMethod(ExecutableElement method) {
        String call = method.getSimpleName() + "(" + argumentNames(method) + ");\n";
        String result = method.getReturnType().getKind() == TypeKind.VOID ? "" : "return ";
        String body = throwsSqlException(method)
                ? "        " + result + "delegate()." + call
                : "        " + delegateType(method) + " target;\n"
                        + "        try {\n"
                        + "            target = delegate();\n"
                        + "        } catch (java.sql.SQLException e) {\n"
                        + "            throw new java.sql.SQLClientInfoException(e.getMessage(), e.getSQLState(), e.getErrorCode(), java.util.Map.of(), e);\n"
                        + "        }\n"
                        + "        " + result + "target." + call;
        return signature(method) + body + "    }\n";
    }

    private static String delegateType(ExecutableElement method) {
        return method.getEnclosingElement().toString();
    }

    private static boolean throwsSqlException(ExecutableElement method) {
        List<String> thrown =
                method.getThrownTypes().stream().map(Object::toString).toList();
        if (thrown.contains("java.sql.SQLException")) {
            return true;
        }
        if (thrown.contains("java.sql.SQLClientInfoException")) {
            return false;
        }
        throw new IllegalStateException(method + " of " + method.getEnclosingElement() + " throws no SQLException");
    }

    private static String signature(ExecutableElement method) {
        StringBuilder out = new StringBuilder("\n");
        if (method.getAnnotation(Deprecated.class) != null) {
            out.append("    @Deprecated\n");
        }
        out.append("    @Override\n    default ");
        if (!method.getTypeParameters().isEmpty()) {
            out.append(method.getTypeParameters().stream()
                    .map(TypeParameterElement::toString)
                    .collect(Collectors.joining(", ", "<", "> ")));
        }
        out.append(method.getReturnType()).append(' ').append(method.getSimpleName());
        out.append(parameters(method));
        out.append(" throws ")
                .append(method.getThrownTypes().stream().map(Object::toString).collect(Collectors.joining(", ")));
        return out.append(" {\n").toString();
    }

    private static String parameters(ExecutableElement method) {
        List<? extends VariableElement> all = method.getParameters();
        return IntStream.range(0, all.size())
                .mapToObj(i -> all.get(i).asType() + " p" + i)
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String argumentNames(ExecutableElement method) {
        return IntStream.range(0, method.getParameters().size())
                .mapToObj(i -> "p" + i)
                .collect(Collectors.joining(", "));
    }

    // ---------------------------------------------------------------- recorded parameters

    /**
     * A method that gives one parameter its value.
     *
     * @param method the setter
     * @param kind its constant in ParameterKind
     * @param rest the types of its arguments after the index or name
     */
    private record Setter(ExecutableElement method, String kind, List<String> rest) {
        String name() {
            return method.getSimpleName().toString();
        }

        boolean isStream() {
            return rest.stream().anyMatch(GenerateForwarding::isStream);
        }

        /** The argument's expression when it is read back from slot {@code i}. */
        String argument(int position) {
            String type = rest.get(position);
            if (!isPrimitive(type)) {
                int ordinal = (int) rest.subList(0, position).stream()
                        .filter(t -> !isPrimitive(t))
                        .count();
                return (type.equals("java.lang.Object") ? "" : "(" + type + ") ")
                        + (ordinal == 0 ? "first(i)" : "second(i)");
            }
            long primitives = rest.stream().filter(Setter::isPrimitive).count();
            boolean high = primitives == 2 && rest.subList(0, position).stream().noneMatch(Setter::isPrimitive);
            return decoded(type, high);
        }

        String arguments() {
            return IntStream.range(0, rest.size()).mapToObj(this::argument).collect(Collectors.joining(", "));
        }

        private static String decoded(String type, boolean high) {
            if (high) {
                return "(int) (bits(i) >> 32)";
            }
            return switch (type) {
                case "boolean" -> "bits(i) != 0";
                case "float" -> "java.lang.Float.intBitsToFloat((int) bits(i))";
                case "double" -> "java.lang.Double.longBitsToDouble(bits(i))";
                case "long" -> "bits(i)";
                default -> "(" + type + ") bits(i)";
            };
        }

        /** The expression that packs the primitive arguments into one long. */
        String packed() {
            List<String> codes = new ArrayList<>();
            for (int position = 0; position < rest.size(); position++) {
                String name = "p" + (position + 1);
                switch (rest.get(position)) {
                    case "boolean" -> codes.add(name + " ? 1 : 0");
                    case "float" -> codes.add("java.lang.Float.floatToRawIntBits(" + name + ")");
                    case "double" -> codes.add("java.lang.Double.doubleToRawLongBits(" + name + ")");
                    case "byte", "short", "int", "long" -> codes.add(name);
                    default -> {}
                }
            }
            return switch (codes.size()) {
                case 0 -> "0";
                case 1 -> codes.get(0);
                case 2 -> "((long) " + codes.get(0) + " << 32) | (" + codes.get(1) + " & 0xFFFF_FFFFL)";
                default -> throw new IllegalStateException("Too many primitives in " + method);
            };
        }

        String object(int ordinal) {
            List<Integer> positions = IntStream.range(0, rest.size())
                    .filter(position -> !isPrimitive(rest.get(position)))
                    .boxed()
                    .toList();
            if (positions.size() > 2) {
                throw new IllegalStateException("Too many objects in " + method);
            }
            return ordinal < positions.size() ? "p" + (positions.get(ordinal) + 1) : "null";
        }

        static boolean isPrimitive(String type) {
            return !type.contains(".") && !type.endsWith("[]");
        }
    }

    private static List<Setter> setters(TypeElement type, String keyType) {
        return ElementFilter.methodsIn(type.getEnclosedElements()).stream()
                .filter(method -> method.getSimpleName().toString().startsWith("set"))
                .filter(method -> method.getParameters().size() >= 2)
                .filter(method ->
                        method.getParameters().get(0).asType().toString().equals(keyType))
                .map(GenerateForwarding::setter)
                .toList();
    }

    private static Setter setter(ExecutableElement method) {
        List<String> rest = method.getParameters().stream()
                .skip(1)
                .map(VariableElement::asType)
                .map(TypeMirror::toString)
                .toList();
        String property = method.getSimpleName().toString().substring("set".length());
        boolean lobFromStream = isStream(rest.get(0)) && !property.endsWith("Stream");
        String kind = constant(property)
                + (lobFromStream ? "_" + constant(simpleName(rest.get(0))) : "")
                + rest.stream()
                        .skip(1)
                        .map(type -> "_" + constant(simpleName(type)))
                        .collect(Collectors.joining());
        return new Setter(method, kind, rest);
    }

    private static boolean isStream(String type) {
        return type.equals("java.io.InputStream") || type.equals("java.io.Reader");
    }

    private static String simpleName(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    private static String constant(String camel) {
        return camel.replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                .replaceAll("^N(?=[A-Z][a-z])", "N_")
                .toUpperCase(Locale.ROOT);
    }

    private static String kinds(List<Setter> setters) {
        String constants = setters.stream()
                .map(setter -> "    /** {@code " + setter.name()
                        + setter.rest().stream()
                                .map(GenerateForwarding::simpleName)
                                .collect(Collectors.joining(", ", "(index, ", ")"))
                        + "}. */\n    " + setter.kind() + "(" + setter.isStream() + ")")
                .collect(Collectors.joining(",\n"));
        return """
                /** The setter that gave a parameter its value: one constant for each signature of {@link java.sql.PreparedStatement}. */
                public enum ParameterKind {
                %s;

                    private final boolean stream;

                    ParameterKind(boolean stream) {
                        this.stream = stream;
                    }

                    /** Whether the value is a stream or reader, which can be consumed once. */
                    public boolean isStream() {
                        return stream;
                    }
                }
                """.formatted(constants);
    }

    private static String recordedParameters(List<Setter> indexed, List<Setter> named) {
        StringBuilder out = new StringBuilder("""
                import java.sql.CallableStatement;
                import java.sql.PreparedStatement;
                import java.sql.SQLException;
                import org.jspecify.annotations.Nullable;

                /**
                 * The parameters that a prepared statement has been given, kept so that they can be bound to another statement or read.
                 * Its slots are reused: after the first round, setting and binding primitives and plain objects allocates nothing.
                 * A stream or reader can be bound once, see {@link #hasStreams()}. Confined to one connection.
                 */
                public final class RecordedParameters extends ParameterSlots {
                """);
        indexed.forEach(setter -> out.append(recordMethod(setter, "int", "indexed(p0, ")));
        named.forEach(setter -> out.append(recordMethod(setter, "String", "named(p0, ")));
        out.append(bindMethod("""
                    /** Sets every parameter that was set by index on the target; those never set are left to the target to report. */
                    public void bindTo(PreparedStatement target) throws SQLException {
                        bindTo(target, 0);
                    }

                    /** Sets those parameters on the target that were set by index after a {@link #version()}. */
                    public void bindTo(PreparedStatement target, long since) throws SQLException {
                        for (int i = 0, n = count(); i < n; i++) {
                            // Those that nearly all statements are made of, without the way through a switch of sixty.
                            ParameterKind kind = kindAt(i, since);
                            if (kind == ParameterKind.INT) {
                                target.setInt(i + 1, (int) bits(i));
                            } else if (kind == ParameterKind.LONG) {
                                target.setLong(i + 1, bits(i));
                            } else if (kind == ParameterKind.STRING) {
                                target.setString(i + 1, (String) first(i));
                            } else if (kind != null) {
                                bind(target, i, since);
                            }
                        }
                    }

                """, "PreparedStatement", "i + 1", "bind", indexed));
        out.append(bindMethod("""
                    /** Sets every parameter on the target, those set by index and those set by name. */
                    public void bindTo(CallableStatement target) throws SQLException {
                        bindTo(target, 0);
                    }

                    /** Sets those parameters on the target, by index or name, that were set after a {@link #version()}. */
                    public void bindTo(CallableStatement target, long since) throws SQLException {
                        bindTo((PreparedStatement) target, since);
                        for (int i = firstNamed(), n = endOfNamed(); i < n; i++) {
                            bindNamed(target, i, since);
                        }
                    }

                """, "CallableStatement", "name(i)", "bindNamed", named));
        return out.append("}\n").toString();
    }

    private static String recordMethod(Setter setter, String keyType, String store) {
        StringBuilder out = new StringBuilder("\n    void " + setter.name() + "(" + keyType + " p0");
        for (int position = 0; position < setter.rest().size(); position++) {
            String type = setter.rest().get(position);
            out.append(", ").append(annotated(type)).append(" p").append(position + 1);
        }
        out.append(") throws SQLException {\n        ")
                .append(store)
                .append("ParameterKind.")
                .append(setter.kind())
                .append(", ")
                .append(setter.packed())
                .append(", ")
                .append(setter.object(0))
                .append(", ")
                .append(setter.object(1))
                .append(");\n    }\n");
        return out.toString();
    }

    private static String annotated(String type) {
        if (Setter.isPrimitive(type)) {
            return type;
        }
        if (type.endsWith("[]")) {
            return type.substring(0, type.length() - 2) + " @Nullable []";
        }
        int dot = type.lastIndexOf('.') + 1;
        return type.substring(0, dot) + "@Nullable " + type.substring(dot);
    }

    private static String bindMethod(String entry, String target, String key, String name, List<Setter> setters) {
        StringBuilder out = new StringBuilder("\n" + entry);
        out.append(
                "    @SuppressWarnings(\"deprecation\") // a deprecated setter that was recorded is replayed as it was\n");
        out.append("    private void ")
                .append(name)
                .append("(")
                .append(target)
                .append(" target, int i, long since) throws SQLException {\n");
        out.append(
                "        ParameterKind kind = kindAt(i, since);\n        if (kind == null) {\n            return;\n        }\n        switch (kind) {\n");
        for (Setter setter : setters) {
            out.append("            case ")
                    .append(setter.kind())
                    .append(" -> target.")
                    .append(setter.name())
                    .append("(")
                    .append(key)
                    .append(", ")
                    .append(setter.arguments())
                    .append(");\n");
        }
        out.append("            default -> throw unbindable(i);\n");
        return out.append("        }\n    }\n\n").toString();
    }

    private String recording(String name, String parents, List<Setter> setters) {
        StringBuilder out = new StringBuilder();
        out.append("/**\n * A {@link java.sql.")
                .append(name)
                .append("} whose parameters are recorded rather than forwarded: the class binds them to\n")
                .append(" * whatever statement executes. Everything else forwards.\n */\n")
                .append("@org.jspecify.annotations.NullUnmarked\n")
                .append("public interface Recording")
                .append(name)
                .append(" extends Forwarding")
                .append(name)
                .append(parents)
                .append(" {\n");
        if (parents.isEmpty()) {
            out.append(
                    "    /** Where parameters are kept; the same object for the life of the statement. */\n    RecordedParameters parameters();\n\n");
            out.append(
                    "    @Override\n    default void clearParameters() throws java.sql.SQLException {\n        parameters().clear();\n    }\n");
        }
        for (Setter setter : setters) {
            out.append(signature(setter.method()))
                    .append("        parameters().")
                    .append(setter.name())
                    .append("(")
                    .append(argumentNames(setter.method()))
                    .append(");\n    }\n");
        }
        return out.append("}\n").toString();
    }
}
