package lis

// scoreTable is what a sweep scored, for whoever wants to recompute its rows.
type scoreTable struct {
	plan    *Plan
	done    map[lineageID]*lineageScores
	seeds   int
	updates map[Protocol]updates
}
