//! From `validator`'s errors to faults.

use std::borrow::Cow;

use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::{Code, Fault};

/// The faults in `validator`'s errors, for documents of your own that derive
/// [`Validate`](validator::Validate).
///
/// `fields` gives the document's fields in order, each by its Rust name (which is
/// all that `validator` knows) and by its name in JSON; nested types look theirs up in
/// the same list. Fields that are not listed come last, by their Rust names.
///
/// A code that is one of [`Code`]'s words is taken as it is, `validator`'s own
/// are translated, and any other is [`Code::InvalidFormat`]. The values that
/// `validator` keeps are left out.
///
/// ```
/// use docstream_core::{Code, faults_of};
/// use validator::Validate;
///
/// #[derive(Validate)]
/// struct Student {
///     #[validate(length(min = 1, message = "is required"))]
///     full_name: String,
///     #[validate(range(min = 0, max = 100))]
///     score: i32,
/// }
///
/// let student = Student { full_name: String::new(), score: 101 };
/// let faults = faults_of(&student.validate().unwrap_err(), &[("full_name", "name"), ("score", "score")]);
/// assert_eq!(faults[0].to_string(), "/name: out_of_range: is required");
/// assert_eq!((&*faults[1].pointer, faults[1].code), ("/score", Code::OutOfRange));
/// ```
pub fn faults_of(errors: &ValidationErrors, fields: &[(&str, &str)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    collect(errors, "", fields, &mut faults);
    faults
}

fn collect(
    errors: &ValidationErrors,
    parent: &str,
    fields: &[(&str, &str)],
    faults: &mut Vec<Fault>,
) {
    // `validator` keeps a hash map, whose order changes between runs.
    let mut entries: Vec<_> = errors.errors().iter().collect();
    let place = |name: &str| fields.iter().position(|(rust, _)| *rust == name);
    entries.sort_by(|(a, _), (b, _)| {
        let key = |name| place(name).unwrap_or(usize::MAX);
        key(a).cmp(&key(b)).then_with(|| a.cmp(b))
    });
    for (name, kind) in entries {
        let wire = place(name).map_or(name.as_ref(), |at| fields[at].1);
        let pointer = match name.as_ref() {
            // Where `validator` puts rules about the whole struct.
            "__all__" => parent.to_owned(),
            _ => format!("{parent}/{}", wire.replace('~', "~0").replace('/', "~1")),
        };
        match kind {
            ValidationErrorsKind::Field(errors) => {
                faults.extend(errors.iter().map(|error| fault(error, &pointer)));
            }
            ValidationErrorsKind::Struct(errors) => collect(errors, &pointer, fields, faults),
            ValidationErrorsKind::List(items) => {
                for (index, errors) in items {
                    collect(errors, &format!("{pointer}/{index}"), fields, faults);
                }
            }
        }
    }
}

fn fault(error: &ValidationError, pointer: &str) -> Fault {
    let (code, message) = match error.code.as_ref() {
        "required" => (Code::Missing, "is required"),
        "range" => (Code::OutOfRange, "is outside of the allowed range"),
        "length" => (Code::OutOfRange, "is too short or too long"),
        "non_control_character" => (Code::InvalidCharacter, "control characters are refused"),
        word => (
            word.parse().unwrap_or(Code::InvalidFormat),
            "has not the expected form",
        ),
    };
    let message = error.message.clone().unwrap_or(Cow::Borrowed(message));
    Fault::new(pointer.to_owned(), code, message)
}

#[cfg(test)]
mod tests {
    use validator::Validate;

    use super::*;

    #[derive(Validate)]
    struct Order {
        #[validate(nested)]
        items: Vec<Item>,
        #[validate(email)]
        mail: String,
    }

    #[derive(Validate)]
    struct Item {
        #[validate(range(min = 1))]
        count: u32,
    }

    #[test]
    fn nested_faults_have_pointers_and_never_the_value() {
        let order = Order {
            items: vec![Item { count: 1 }, Item { count: 0 }],
            mail: "secret".to_owned(),
        };
        let faults = faults_of(&order.validate().unwrap_err(), &[("mail", "e/mail")]);
        let texts: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "/e~1mail: invalid_format: has not the expected form",
                "/items/1/count: out_of_range: is outside of the allowed range",
            ]
        );
    }
}
