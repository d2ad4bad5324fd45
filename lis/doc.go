// Package lis measures the Leakage Impact Score of preference data: how much
// ranking AUC a table of embeddings from the future would add to a ranker of
// today, with an interval, beside the part of it that is memorised labels.
package lis
