// Package worlds asks, over many simulated worlds, whether what LIS says
// beforehand comes true: it measures LIS, content-reachable LIS, the AIS of a
// student and the true online lift of each world, and how their orders agree.
package worlds
