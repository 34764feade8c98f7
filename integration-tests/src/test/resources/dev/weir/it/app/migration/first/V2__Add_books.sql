INSERT INTO author VALUES (1, 'Orwell'), (2, 'Huxley');
INSERT INTO book (title, author_id) VALUES ('1984; or, the last man', 1), ('Animal Farm', 1);
INSERT INTO book (title, author_id) SELECT 'Brave New World', id FROM author WHERE name = 'Huxley';
