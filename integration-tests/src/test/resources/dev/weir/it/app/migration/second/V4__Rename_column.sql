CREATE TABLE shelf (id INT PRIMARY KEY, place VARCHAR(20));
ALTER TABLE shelf ADD CONSTRAINT place_known CHECK (place <> '');
ALTER TABLE shelf RENAME TO rack;
INSERT INTO rack VALUES (1, 'cellar');
DELETE FROM rack WHERE id = 1;
DROP TABLE rack;
