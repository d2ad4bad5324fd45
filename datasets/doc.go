// Package datasets makes preference logs: it draws the simulated feed whose
// truth is known, and reads public logs and anybody's tables into lis.Log.
//
// Start with D0 for a log that needs no download, Open for a directory or a
// public log by name, and Read for any table by its column names.
package datasets
