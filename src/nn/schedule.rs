//! How the learning rate changes over a training.

/// The learning rate of each step, as a part of the largest one. Pure arithmetic on the host: its result goes into the
/// optimiser's hyper-parameters before a step.
///
/// ```
/// use wgconv::nn::Schedule;
/// let schedule = Schedule::Cosine { warm_up: 10, end: 0.0 };
/// assert_eq!(schedule.factor(0, 110), 0.1);
/// assert_eq!(schedule.factor(9, 110), 1.0);
/// assert!((schedule.factor(60, 110) - 0.5).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// Always the same.
    Constant,
    /// In a straight line to this part at the end.
    Linear {
        /// Part of the rate that is left at the end.
        end: f64,
    },
    /// Times a factor after every so many steps.
    Step {
        /// Steps between changes; 0 changes nothing.
        every: u64,
        /// What the rate is multiplied by.
        factor: f64,
    },
    /// Linearly up in the first steps, then down along half a cosine (Loshchilov and Hutter, "SGDR: stochastic gradient descent
    /// with warm restarts", 2017, equation 5, without restarts; the warm-up as in Goyal et al., "Accurate, large minibatch SGD",
    /// 2017, section 2.2).
    Cosine {
        /// Steps of the warm-up: step i has the part (i + 1) / warm_up.
        warm_up: u64,
        /// Part of the rate that is left at the end.
        end: f64,
    },
}

impl Schedule {
    /// What the learning rate is multiplied by at this step, counted from 0, of so many.
    pub fn factor(&self, step: u64, steps: u64) -> f64 {
        let part = |done: u64, of: u64| if of == 0 { 1.0 } else { (done as f64 / of as f64).min(1.0) };
        match *self {
            Schedule::Constant => 1.0,
            Schedule::Linear { end } => 1.0 + (end - 1.0) * part(step, steps),
            Schedule::Step { every, factor } => {
                factor.powi(step.checked_div(every).unwrap_or(0).min(i32::MAX as u64) as i32)
            }
            Schedule::Cosine { warm_up, .. } if step < warm_up => (step + 1) as f64 / warm_up as f64,
            Schedule::Cosine { warm_up, end } => {
                let done = part(step - warm_up, steps.saturating_sub(warm_up));
                end + (1.0 - end) * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn schedules_begin_and_end_where_they_say() {
        let cosine = Schedule::Cosine { warm_up: 4, end: 0.1 };
        let factors: Vec<f64> = (0..20).map(|step| cosine.factor(step, 20)).collect();
        assert_eq!(factors[..5], [0.25, 0.5, 0.75, 1.0, 1.0]);
        assert!(factors[4..].is_sorted_by(|a, b| a > b), "{factors:?}");
        assert!((cosine.factor(20, 20) - 0.1).abs() < 1e-12);
        assert_eq!(Schedule::Linear { end: 0.5 }.factor(5, 10), 0.75);
        assert_eq!(Schedule::Constant.factor(7, 10), 1.0);
    }

    #[test]
    fn steps_multiply() {
        let step = Schedule::Step { every: 3, factor: 0.5 };
        assert_eq!([0, 2, 3, 5, 6].map(|i| step.factor(i, 9)), [1.0, 1.0, 0.5, 0.5, 0.25]);
    }

    #[test]
    fn no_schedule_leaves_its_range_at_the_edges() {
        assert_eq!(Schedule::Step { every: 0, factor: 0.5 }.factor(u64::MAX, 1), 1.0);
        assert_eq!(Schedule::Step { every: 1, factor: 0.5 }.factor(u64::MAX, 1), 0.0);
        assert_eq!(Schedule::Linear { end: 0.25 }.factor(0, 0), 0.25);
        assert_eq!(Schedule::Cosine { warm_up: 9, end: 0.0 }.factor(9, 5), 0.0);
    }
}
