// Package frame gives gota dataframes what work with logs needs and gota lacks:
// joins by hash, as-of joins, group-by in the order of the rows, distinct rows,
// and times.
//
// No function changes the frames it is given. A cell without a value (gota's
// NaN) equals no other as a key, as in SQL, and is left out of what is summed
// up. Columns that there are not are lis.ErrUnknownColumn, columns whose types
// do not go together lis.ErrUsage.
package frame
