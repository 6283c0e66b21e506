//! The words that descriptions are made of.

use super::draws::Draws;

const COLOURS: &[&str] = &[
    "WHITE",
    "RED",
    "PINK",
    "BLUE",
    "IVORY",
    "BLACK",
    "GREEN",
    "CREAM",
    "ANTIQUE SILVER",
    "VINTAGE",
    "REGENCY",
    "RETROSPOT",
    "GIN + TONIC",
    "SET/6",
    "SET OF 3",
    "PACK OF 72",
    "JUMBO",
    "FRENCH",
];
const STYLES: &[&str] = &[
    "HANGING",
    "METAL",
    "WOODEN",
    "POLKADOT",
    "HEART",
    "LOVE BIRD",
    "UNION JACK",
    "PAISLEY",
    "GLASS",
    "CERAMIC",
    "SPACEBOY",
    "WOODLAND",
    "STRAWBERRY",
    "FELTCRAFT",
    "ROSE",
    "3 TIER",
    "DOLLY GIRL",
];
const THINGS: &[&str] = &[
    "T-LIGHT HOLDER",
    "LANTERN",
    "CAKESTAND",
    "BAG",
    "LUNCH BOX",
    "BUNTING",
    "MUG",
    "DOORMAT",
    "ALARM CLOCK",
    "CAKE CASES",
    "TEA TOWEL",
    "BIRD ORNAMENT",
    "HOT WATER BOTTLE",
    "NAPKINS",
    "PHOTO FRAME",
    "STORAGE TIN",
    "JEWELLERY BOX",
    "CANDLES",
    "PLAYING CARDS",
    "WALL ART",
    "PURSE",
    "TRINKET TRAY",
    "CUSHION COVER",
    "DRAWER KNOB",
];
const MIXED: &[&str] = &[
    "FOLDING RULER 60cm",
    "Dr. Jam's Stress Ball",
    "BAG 250g SWIRLY MARBLES",
    "THE KING GIFT BAG 25x24x12cm",
];

/// What stock keepers type where a description belongs.
pub(super) const JUNK: &[&str] = &[
    "check",
    "?",
    "damages",
    "damaged",
    "found",
    "sold as set on dotcom",
    "adjustment",
    "thrown away",
    "amazon",
    "??",
    "dotcom",
    "damages?",
    "wet damaged",
    "ebay",
    "had been put aside",
    "smashed",
    "mailout",
    "missing",
    "test",
    "wet pallet",
    "?missing",
    "wet/rusty",
    "???missing",
    "sold as 1",
    "thrown away-can't sell.",
    "wrongly sold (22719) barcode",
    "? sold as sets?",
    "mouldy, thrown away.",
];

/// A description, with the oddities of the real ones at their real shares.
pub(super) fn description(draws: &mut Draws) -> String {
    let word = |draws: &mut Draws, from: &[&'static str]| draws.pick(from).unwrap_or_default();
    let thing = if draws.per_million(4_000) {
        word(draws, MIXED)
    } else {
        word(draws, THINGS)
    };
    let blank = if draws.per_million(45_000) { "  " } else { " " };
    let mut text = format!(
        "{}{blank}{} {thing}",
        word(draws, COLOURS),
        word(draws, STYLES)
    );
    if draws.per_million(9_000) {
        text = text.replacen(' ', ", ", 1);
    }
    if draws.per_million(5_000) {
        text = text.replacen(' ', " \"", 1) + "\"";
    }
    // The real file's column held 35 characters.
    text.truncate(34);
    let text = text.trim_end();
    let before = if draws.per_million(2_300) { " " } else { "" };
    let after = if draws.per_million(208_000) { " " } else { "" };
    format!("{before}{text}{after}")
}
