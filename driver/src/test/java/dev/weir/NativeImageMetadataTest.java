package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a native image is told of reflection and resources must be there, or a new version of a library has made it untrue. */
class NativeImageMetadataTest {
    private static final String FOLDER = "/META-INF/native-image/dev.weir/weir-driver/";
    private static final Pattern TYPE = Pattern.compile("\\},\\s*\"name\": \"([\\w.]+)\"([^\\]]*)");
    private static final Pattern MEMBER = Pattern.compile("\"name\": \"([\\w<>]+)\"");

    @Test
    void shouldNameWhatIsThereForReflection() throws Exception {
        List<String> found = new ArrayList<>();
        Matcher type = TYPE.matcher(text("reflect-config.json"));
        while (type.find()) {
            Class<?> named = Class.forName(type.group(1), false, getClass().getClassLoader());
            Matcher member = MEMBER.matcher(type.group(2));
            while (member.find()) {
                found.add(named.getSimpleName() + " " + member.group(1) + " " + has(named, member.group(1)));
            }
        }

        assertThat(found)
                .containsExactly(
                        "MicrometerBinding <init> true",
                        "JdbcConnection getSession true",
                        "SessionRemote transferList true",
                        "Transfer getSocket true");
    }

    private static boolean has(Class<?> type, String member) throws ReflectiveOperationException {
        return switch (member) {
            case "<init>" -> type.getDeclaredConstructor() != null;
            case "transferList" -> type.getDeclaredField(member) != null;
            default -> type.getMethod(member) != null;
        };
    }

    @Test
    void shouldNameEveryResource() throws IOException {
        Matcher pattern = Pattern.compile("\"pattern\": \"([^\"]+)\"").matcher(text("resource-config.json"));
        List<Pattern> patterns = new ArrayList<>();
        while (pattern.find()) {
            patterns.add(Pattern.compile(pattern.group(1).replace("\\\\", "\\")));
        }

        assertThat(List.of(
                        "dev/weir/sql/h2-deterministic.txt",
                        "dev/weir/sql/h2-pure.txt",
                        "dev/weir/sql/postgresql-escapes.txt",
                        "dev/weir/sql/postgresql-pure.txt",
                        "dev/weir/version.properties"))
                .allSatisfy(resource -> {
                    assertThat(getClass().getResource("/" + resource)).isNotNull();
                    assertThat(patterns).anyMatch(each -> each.matcher(resource).matches());
                });
    }

    private static String text(String file) throws IOException {
        try (InputStream stream = NativeImageMetadataTest.class.getResourceAsStream(FOLDER + file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
