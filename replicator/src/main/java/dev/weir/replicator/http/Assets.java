package dev.weir.replicator.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The dashboard's files, from the class path. Immutable. */
final class Assets {
    private static final String CHARTS = "/META-INF/resources/webjars/uplot/";
    private static final String CHARTS_VERSION = "1.6.30";

    /** A file that has been read. */
    private static final class Asset {
        final String type;
        final byte[] content;

        Asset(String type, byte[] content) {
            this.type = type;
            this.content = content;
        }
    }

    private final Map<String, Asset> assets = new LinkedHashMap<>();

    Assets() {
        add("/", "text/html; charset=utf-8", "dashboard.html");
        add("/dashboard.css", "text/css; charset=utf-8", "dashboard.css");
        add("/dashboard.js", "text/javascript; charset=utf-8", "dashboard.js");
        add("/favicon.svg", "image/svg+xml", "favicon.svg");
        add("/uplot.css", "text/css; charset=utf-8", CHARTS + CHARTS_VERSION + "/dist/uPlot.min.css");
        add("/uplot.js", "text/javascript; charset=utf-8", CHARTS + CHARTS_VERSION + "/dist/uPlot.iife.min.js");
    }

    private void add(String path, String type, String resource) {
        try (InputStream content = Assets.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new IllegalStateException("The file " + resource + " of the dashboard is not on the class path");
            }
            assets.put(path, new Asset(type, content.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Set<String> paths() {
        return assets.keySet();
    }

    void serve(String path, Context context) {
        Asset asset = assets.get(path);
        if (asset != null) {
            context.header("Cache-Control", "no-cache");
            context.contentType(asset.type).result(asset.content);
        }
    }
}
