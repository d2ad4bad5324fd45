// Package abtest reads an online experiment honestly: the lift of each metric
// with its interval, what a covariate from before the experiment explains, what
// the test could have seen at all, and whether its arms were split as meant.
//
// The unit is the user, because users were randomised. A metric is a mean per
// user, or a ratio of two sums (clicks per show), whose variance is that of the
// users' residuals (the delta method: Deng, Knoblich and Lu, "Applying the
// Delta Method in Metric Analytics", KDD 2018). A covariate reduces variance as
// CUPED does (Deng, Xu, Kohavi and Walker, WSDM 2013). No p-value is given
// without the effect's size and interval beside it.
package abtest
