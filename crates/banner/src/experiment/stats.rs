//! The arithmetic of an experiment: two proportions compared, with an interval, and how many visitors
//! a difference needs before it can be seen. Pure.

/// Chance of calling a difference real that is none.
pub const ALPHA: f64 = 0.05;
/// Chance of seeing a difference that is there.
pub const POWER: f64 = 0.8;

/// How many of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Those that did.
    pub hits: i64,
    /// All.
    pub of: i64,
}

impl Share {
    /// 0 to 1; 0 where there is nobody.
    pub fn rate(self) -> f64 {
        if self.of > 0 { self.hits as f64 / self.of as f64 } else { 0.0 }
    }

    /// Wilson's score interval.
    pub fn interval(self, z: f64) -> (f64, f64) {
        if self.of <= 0 {
            return (0.0, 1.0);
        }
        let (n, p) = (self.of as f64, self.rate());
        let middle = p + z * z / (2.0 * n);
        let reach = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z * z / n;
        (((middle - reach) / scale).max(0.0), ((middle + reach) / scale).min(1.0))
    }
}

/// One variant against the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Difference of the rates, `b` − `a`.
    pub difference: f64,
    /// Its interval (Newcombe 1998, method 10, from Wilson's).
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Two-sided p-value of the pooled z-test.
    pub p: f64,
}

/// Compares at a level that is shared by `tests` comparisons (Bonferroni).
pub fn compare(a: Share, b: Share, tests: usize) -> Comparison {
    let z = quantile(1.0 - ALPHA / (2.0 * tests.max(1) as f64));
    let (pa, pb) = (a.rate(), b.rate());
    let ((la, ua), (lb, ub)) = (a.interval(z), b.interval(z));
    let difference = pb - pa;
    let low = difference - ((pb - lb).powi(2) + (ua - pa).powi(2)).sqrt();
    let high = difference + ((ub - pb).powi(2) + (pa - la).powi(2)).sqrt();
    Comparison { difference, low, high, p: p_value(a, b) }
}

fn p_value(a: Share, b: Share) -> f64 {
    if a.of <= 0 || b.of <= 0 {
        return 1.0;
    }
    let (na, nb) = (a.of as f64, b.of as f64);
    let pooled = (a.hits + b.hits) as f64 / (na + nb);
    let spread = (pooled * (1.0 - pooled) * (1.0 / na + 1.0 / nb)).sqrt();
    if spread <= 0.0 {
        return 1.0;
    }
    erfc((b.rate() - a.rate()).abs() / spread / std::f64::consts::SQRT_2)
}

/// Visitors that each variant needs before a change of `effect` from `base` is seen with [`POWER`].
pub fn sample_size(base: f64, effect: f64, tests: usize) -> i64 {
    let alpha = ALPHA / tests.max(1) as f64;
    // The direction that needs more; rates stay between 0 and 1.
    [base + effect, base - effect]
        .into_iter()
        .filter(|other| (0.001..=0.999).contains(other))
        .map(|other| {
            let mean = f64::midpoint(base, other);
            let a = quantile(1.0 - alpha / 2.0) * (2.0 * mean * (1.0 - mean)).sqrt();
            let b = quantile(POWER) * (base * (1.0 - base) + other * (1.0 - other)).sqrt();
            ((a + b).powi(2) / (effect * effect)).ceil() as i64
        })
        .max()
        .unwrap_or(1)
}

/// Complementary error function (Numerical Recipes, erfccheb's rational form; error below 1.2e-7).
fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.5 * x.abs());
    let terms = [
        0.170_872_77,
        -0.822_152_23,
        1.488_515_87,
        -1.135_203_98,
        0.278_868_07,
        -0.186_288_06,
        0.096_784_18,
        0.374_091_96,
        1.000_023_68,
        -1.265_512_23,
    ];
    let sum = terms.into_iter().fold(0.0, |sum, term| sum * t + term);
    let tail = t * (-x * x + sum).exp();
    if x >= 0.0 { tail } else { 2.0 - tail }
}

/// The normal quantile, by halving the interval: called a handful of times a page.
fn quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-10.0_f64, 10.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if 0.5 * erfc(-middle / std::f64::consts::SQRT_2) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, within: f64) {
        assert!((a - b).abs() < within, "{a} is not {b}");
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        near(quantile(0.975), 1.959_964, 1e-5);
        near(quantile(0.8), 0.841_621, 1e-5);
        near(quantile(0.5), 0.0, 1e-6);
    }

    /// R: prop.test(c(15, 25), c(50, 50), correct = FALSE)$p.value = 0.04123
    #[test]
    fn the_p_value_is_that_of_prop_test() {
        let result = compare(Share { hits: 15, of: 50 }, Share { hits: 25, of: 50 }, 1);
        near(result.p, 0.041_23, 1e-4);
        near(result.difference, 0.2, 1e-12);
    }

    /// Newcombe 1998, table II, example a: 56/70 − 48/80, method 10: 0.0524 to 0.3339.
    #[test]
    fn the_interval_is_newcombes() {
        let result = compare(Share { hits: 48, of: 80 }, Share { hits: 56, of: 70 }, 1);
        near(result.low, 0.0524, 1e-4);
        near(result.high, 0.3339, 1e-4);
    }

    /// Fleiss' formula without continuity correction: 50 % against 55 % needs 1565 each.
    #[test]
    fn the_sample_size_is_that_of_the_text_books() {
        assert_eq!(sample_size(0.5, 0.05, 1), 1565);
        assert!(sample_size(0.5, 0.05, 2) > 1565, "two comparisons need more");
        assert!(sample_size(0.99, 0.05, 1) > 1, "a rate near its end has one direction");
    }

    #[test]
    fn nobody_shows_no_difference() {
        let none = Share { hits: 0, of: 0 };
        let result = compare(none, none, 1);
        near(result.p, 1.0, 1e-12);
        assert!(result.low <= -0.99 && result.high >= 0.99);
    }
}
