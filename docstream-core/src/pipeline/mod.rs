//! p
/// P
#[derive(Debug)]
pub struct Pipeline;
/// B
#[derive(Debug)]
pub struct Builder;
/// G
#[derive(Debug)]
pub enum Guarantee {
    /// x
    EffectivelyOnce,
}
