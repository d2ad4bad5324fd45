// Package table reads files of tabular data into typed columns: CSV and TSV,
// JSON lines, Parquet, Arrow and NumPy arrays, plain or compressed, several
// files as one, and only the columns that are wanted.
//
// Open tells the format by the file's name; ReadCSV and its neighbours can be
// called directly. A Table is what a reader found; Table.Frame gives a gota
// dataframe without gota's own reading.
package table
