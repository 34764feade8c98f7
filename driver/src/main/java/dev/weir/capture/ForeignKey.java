package dev.weir.capture;

import java.util.List;

/**
 * A foreign key as its parent table sees it: who refers to the table, and what happens to the referring rows. Immutable.
 *
 * @param child the referring table
 * @param parentColumns the columns referred to
 * @param deletes whether deleting a parent row changes child rows
 * @param updates whether changing a referred column changes child rows
 */
record ForeignKey(QualifiedName child, List<String> parentColumns, boolean deletes, boolean updates) {}
