// Package scores reads LIS off a table of scores that somebody's own ranker
// wrote, by SQL, where the table lies: on files through DuckDB, or on a Spark
// cluster. Nothing but statistics leaves the database.
//
// A score table has, per scored impression, a day, a user, an item, a label, a
// base score and one score per arm: what the ranker would have scored with an
// embedding table of the future leaked into it. Wide tables have a column per
// score, long ones a row per score.
//
// Every score is read twice, whatever the size. The first pass counts
// impressions by day, bin of the score and label; the AUC of each day, and the
// influence that an impression of each bin and label has on it, are read off
// these histograms. The second pass looks up each impression's influence and
// adds it to its cluster (item or user). AUCs are pooled over days with weights
// w ∝ the day's impressions, and the variance is K/(K−1)·Σ over clusters of
// the squared sum, as in a sweep. Histograms of 65 536 bins count pairs within a
// bin half, so each figure comes with the error that this can at most make;
// exact counts distinct scores in place of bins, by running sums over them.
//
// Influences are added as integers of 2⁻⁶⁰, so that a figure does not depend
// on the order in which an engine adds, and is the same in every engine.
package scores
