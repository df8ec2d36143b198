//! The bar on standard error, with the time left; nothing is drawn where that is not a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use super::select::Job;

/// Counts work, not rows: a large layer takes as long as many small ones.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn new(jobs: &[Job]) -> Self {
        let style = ProgressStyle::with_template("[{bar:32}] {percent} %, {eta} left: {msg}")
            .expect("the template is fixed and has been tried")
            .progress_chars("=> ");
        Progress(ProgressBar::new(jobs.iter().map(Job::weight).sum()).with_style(style))
    }

    pub fn begin(&self, job: &Job) {
        self.0.set_message(job.name());
        self.0.tick();
    }

    pub fn end(&self, job: &Job) {
        self.0.inc(job.weight());
    }

    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
