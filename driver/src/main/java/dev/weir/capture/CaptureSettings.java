package dev.weir.capture;

/**
 * What an application asks of capture. Immutable.
 *
 * @param audit whether distinct statements are listed with how they are logged
 */
public record CaptureSettings(LogFormat format, boolean audit) {
    /** Mixed, without an audit. */
    public static final CaptureSettings DEFAULT = new CaptureSettings(LogFormat.MIXED, false);
}
