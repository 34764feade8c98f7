package dev.weir.capture;

/** In what form data changes are logged. */
public enum LogFormat {
    /** As statements where that is proven to do the same everywhere, else as rows. */
    MIXED,
    /** All as the rows that they change. */
    ROW,
    /** As statements only; what is not safe so is refused. */
    STATEMENT
}
