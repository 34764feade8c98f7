DROP VIEW IF EXISTS titled;
CREATE VIEW titled AS SELECT b.title, b.pages, a.name AS author FROM book b JOIN author a ON a.id = b.author_id;
