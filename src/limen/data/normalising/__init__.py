"""Text as a reader would see it: what is encoded, spelled with other letters or cut by what nobody sees is undone."""
