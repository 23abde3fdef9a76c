"""周报: figures that never change once read → charts, Word and Excel files. No tables in here."""
