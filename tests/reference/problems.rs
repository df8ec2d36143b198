//! Problems for the tests: windows of any rank, and a catalogue of convolutions and poolings in which no two axes have
//! the same parameters.

use wgconv::{
    AvgPool, Conv, ConvProblem, ConvShapes, ConvTranspose, ConvTransposeProblem, MaxPool, Padding, PaddingMode,
    PoolProblem, Result,
};

/// Parameters of a sliding window, one entry per spatial axis.
#[derive(Clone, Debug)]
pub struct Window {
    pub taps: Vec<usize>,
    pub stride: Vec<usize>,
    pub low: Vec<usize>,
    pub high: Vec<usize>,
    pub dilation: Vec<usize>,
}

impl Window {
    pub fn new<const D: usize>(
        taps: [usize; D],
        stride: [usize; D],
        low: [usize; D],
        high: [usize; D],
        dilation: [usize; D],
    ) -> Window {
        let [taps, stride, low, high, dilation] = [taps, stride, low, high, dilation].map(Vec::from);
        Window { taps, stride, low, high, dilation }
    }

    fn padding<const D: usize>(&self) -> Padding<D> {
        Padding::Explicit { low: array(&self.low), high: array(&self.high) }
    }

    pub fn conv(&self, groups: usize, x_shape: &[usize], w_shape: &[usize]) -> Result<ConvProblem> {
        self.padded_conv(PaddingMode::Zeros, groups, x_shape, w_shape)
    }

    pub fn padded_conv(&self, mode: PaddingMode, groups: usize, x: &[usize], w: &[usize]) -> Result<ConvProblem> {
        match self.taps.len() {
            1 => self.conv_of_rank::<1>(mode, groups, x, w),
            2 => self.conv_of_rank::<2>(mode, groups, x, w),
            _ => self.conv_of_rank::<3>(mode, groups, x, w),
        }
    }

    fn conv_of_rank<const D: usize>(
        &self,
        mode: PaddingMode,
        groups: usize,
        x: &[usize],
        w: &[usize],
    ) -> Result<ConvProblem> {
        let conv = Conv::<D>::new(array(&self.taps)).stride(array(&self.stride)).dilation(array(&self.dilation));
        conv.padding_mode(mode)
            .padding(self.padding())
            .groups(groups)
            .build()?
            .problem(&ConvShapes::new(x, w).with_bias())
    }

    pub fn conv_transpose(
        &self,
        groups: usize,
        output_padding: &[usize],
        x_shape: &[usize],
        w_shape: &[usize],
    ) -> Result<ConvTransposeProblem> {
        let shapes = ConvShapes::new(x_shape, w_shape).with_bias();
        match self.taps.len() {
            1 => self.conv_transpose_of_rank::<1>(groups, output_padding, &shapes),
            2 => self.conv_transpose_of_rank::<2>(groups, output_padding, &shapes),
            _ => self.conv_transpose_of_rank::<3>(groups, output_padding, &shapes),
        }
    }

    fn conv_transpose_of_rank<const D: usize>(
        &self,
        groups: usize,
        output_padding: &[usize],
        shapes: &ConvShapes<'_>,
    ) -> Result<ConvTransposeProblem> {
        let conv = ConvTranspose::<D>::new(array(&self.taps)).stride(array(&self.stride));
        let conv = conv.dilation(array(&self.dilation)).output_padding(array(output_padding));
        conv.padding(self.padding()).groups(groups).build()?.problem(shapes)
    }

    pub fn max_pool(&self, ceil_mode: bool, x_shape: &[usize]) -> Result<PoolProblem> {
        match self.taps.len() {
            1 => self.max_pool_of_rank::<1>(ceil_mode, x_shape),
            2 => self.max_pool_of_rank::<2>(ceil_mode, x_shape),
            _ => self.max_pool_of_rank::<3>(ceil_mode, x_shape),
        }
    }

    fn max_pool_of_rank<const D: usize>(&self, ceil_mode: bool, x: &[usize]) -> Result<PoolProblem> {
        let pool = MaxPool::<D>::new(array(&self.taps)).stride(array(&self.stride)).dilation(array(&self.dilation));
        pool.padding(self.padding()).ceil_mode(ceil_mode).build()?.problem(x)
    }

    pub fn average_pool(&self, divisor: Divisor, ceil_mode: bool, x_shape: &[usize]) -> Result<PoolProblem> {
        match self.taps.len() {
            1 => self.average_pool_of_rank::<1>(divisor, ceil_mode, x_shape),
            2 => self.average_pool_of_rank::<2>(divisor, ceil_mode, x_shape),
            _ => self.average_pool_of_rank::<3>(divisor, ceil_mode, x_shape),
        }
    }

    fn average_pool_of_rank<const D: usize>(&self, divisor: Divisor, ceil: bool, x: &[usize]) -> Result<PoolProblem> {
        let pool = AvgPool::<D>::new(array(&self.taps)).stride(array(&self.stride)).dilation(array(&self.dilation));
        let pool = pool.padding(self.padding()).ceil_mode(ceil).count_include_pad(divisor.count_include_pad);
        match divisor.overridden {
            Some(divisor) => pool.divisor_override(divisor),
            None => pool,
        }
        .build()?
        .problem(x)
    }
}

/// The two options of average pooling's divisor.
#[derive(Clone, Copy, Debug)]
pub struct Divisor {
    pub count_include_pad: bool,
    pub overridden: Option<usize>,
}

impl Divisor {
    pub const ALL: [Divisor; 3] = [
        Divisor { count_include_pad: true, overridden: None },
        Divisor { count_include_pad: false, overridden: None },
        Divisor { count_include_pad: true, overridden: Some(4) },
    ];
}

fn array<const D: usize>(values: &[usize]) -> [usize; D] {
    values.try_into().expect("one value per axis")
}

/// Convolutions that every property must hold for, with a name each.
pub fn convolutions() -> Vec<(&'static str, ConvProblem)> {
    let conv = |window: Window, groups: usize, x: &[usize], w: &[usize]| window.conv(groups, x, w).unwrap();
    let plain = |taps: [usize; 2]| Window::new(taps, [1, 1], [0, 0], [0, 0], [1, 1]);
    let rank_1 = Window::new([3], [2], [2], [1], [2]);
    let all_different = Window::new([3, 2], [2, 3], [2, 1], [0, 3], [1, 2]);
    let dropped_rows = Window::new([2, 3], [3, 5], [0, 0], [0, 0], [1, 1]);
    let wide_padding = Window::new([2, 3], [1, 2], [5, 4], [3, 7], [1, 1]);
    let stride_over_gap = Window::new([1, 2], [3, 4], [0, 1], [0, 0], [1, 1]);
    let rank_3 = Window::new([2, 3, 1], [1, 2, 3], [1, 0, 2], [0, 2, 1], [2, 1, 1]);
    let padded = |mode, window: &Window, groups: usize, x: &[usize], w: &[usize]| {
        window.padded_conv(mode, groups, x, w).unwrap()
    };
    let most_reflected = Window::new([3, 4], [1, 2], [2, 4], [2, 3], [1, 1]);
    let most_wrapped = Window::new([3, 2], [2, 1], [3, 0], [1, 5], [1, 2]);
    vec![
        ("1x1", conv(plain([1, 1]), 1, &[2, 3, 4, 5], &[4, 3, 1, 1])),
        ("rank 1", conv(rank_1.clone(), 1, &[2, 3, 9], &[2, 3, 3])),
        ("rank 1, groups", conv(rank_1.clone(), 3, &[2, 6, 9], &[3, 2, 3])),
        ("all parameters different", conv(all_different.clone(), 1, &[2, 3, 7, 10], &[5, 3, 3, 2])),
        ("groups", conv(all_different.clone(), 2, &[2, 6, 7, 10], &[4, 3, 3, 2])),
        ("depthwise", conv(all_different.clone(), 5, &[1, 5, 7, 10], &[5, 1, 3, 2])),
        ("depthwise, multiplier 3", conv(all_different.clone(), 4, &[2, 4, 7, 10], &[12, 1, 3, 2])),
        ("stride drops tail rows", conv(dropped_rows, 1, &[1, 2, 7, 12], &[3, 2, 2, 3])),
        ("stride skips cells", conv(stride_over_gap, 1, &[1, 2, 8, 11], &[3, 2, 1, 2])),
        ("padding larger than the kernel", conv(wide_padding.clone(), 1, &[1, 2, 3, 5], &[2, 2, 2, 3])),
        ("one-pixel output", conv(plain([4, 3]), 1, &[2, 3, 4, 3], &[2, 3, 4, 3])),
        ("one-pixel input", conv(Window::new([3, 3], [1, 1], [1, 1], [1, 1], [1, 1]), 1, &[1, 2, 1, 1], &[2, 2, 3, 3])),
        ("reflect", padded(PaddingMode::Reflect, &all_different, 1, &[2, 3, 7, 10], &[5, 3, 3, 2])),
        ("reflect, most padding", padded(PaddingMode::Reflect, &most_reflected, 1, &[1, 2, 3, 5], &[2, 2, 3, 4])),
        (
            "replicate, more than the kernel",
            padded(PaddingMode::Replicate, &wide_padding, 1, &[1, 2, 3, 5], &[2, 2, 2, 3]),
        ),
        ("circular, most padding", padded(PaddingMode::Circular, &most_wrapped, 2, &[1, 4, 3, 5], &[2, 2, 3, 2])),
        ("circular, rank 1", padded(PaddingMode::Circular, &rank_1, 1, &[2, 3, 9], &[2, 3, 3])),
        ("reflect, rank 3", padded(PaddingMode::Reflect, &rank_3, 2, &[1, 4, 4, 5, 6], &[6, 2, 2, 3, 1])),
        ("rank 3", conv(rank_3.clone(), 1, &[2, 3, 4, 5, 6], &[2, 3, 2, 3, 1])),
        ("rank 3, groups", conv(rank_3, 2, &[1, 4, 4, 5, 6], &[6, 2, 2, 3, 1])),
    ]
}

/// Windows and inputs for pooling; every one is used in floor and in ceil mode.
pub fn poolings() -> Vec<(Window, Vec<usize>)> {
    vec![
        (Window::new([3], [2], [1], [0], [1]), vec![2, 3, 8]),
        (Window::new([2, 3], [2, 3], [0, 0], [0, 0], [1, 1]), vec![2, 2, 7, 10]),
        (Window::new([3, 2], [1, 1], [1, 0], [2, 1], [1, 1]), vec![1, 2, 5, 6]),
        (Window::new([3, 4], [2, 3], [1, 2], [0, 3], [2, 1]), vec![1, 2, 8, 9]),
        (Window::new([1, 2], [3, 4], [0, 1], [0, 0], [1, 1]), vec![1, 1, 8, 11]),
        (Window::new([2, 3, 2], [2, 1, 3], [1, 0, 1], [0, 2, 1], [1, 2, 1]), vec![1, 2, 5, 6, 7]),
    ]
}
