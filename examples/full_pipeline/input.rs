//! Where the documents come from: a file, a folder, stdin, or the generator.

use std::collections::BTreeMap;
use std::path::Path;

use docstream::file::{
    Encoding, FileOptions, FileProgress, FileSource, Format, Layout, Survey, spool_stdin,
};
use docstream::{Columns, DateOrder, Dates, ExtraColumns, OrderEvidence, Partition, Take, Zone};
use docstream_testkit::generator::{Generator, GeneratorSource};

use crate::failure::{Failure, wrong};
use crate::options::{Options, Order, TextEncoding};
use crate::preparing::Preparing;

/// What is to be read.
pub(crate) enum Input {
    /// Files, surveyed.
    Files {
        /// Their source.
        source: Take<FileSource>,
        /// The order of day and month in all of them.
        order: Option<DateOrder>,
        /// How many documents there are.
        documents: u64,
        /// How each file is laid out, for the rejects file.
        layouts: BTreeMap<Partition, Layout>,
        /// What should be said about the files.
        notes: Vec<String>,
        /// How far they are read.
        progress: std::sync::Arc<FileProgress>,
    },
    /// Generated documents.
    Generated(Take<GeneratorSource>, u64),
}

/// Opens what `options` name.
pub(crate) fn open(options: &Options) -> Result<Input, Failure> {
    let Some(path) = &options.input else {
        return Ok(generated(options));
    };
    if let Some(rejects) = &options.rejects
        && is_within(rejects, path)
    {
        return Err(wrong(
            "--rejects: expected another file than that of --input, outside of its folder",
        ));
    }
    let mut preparing = Preparing::new(options.quiet);
    let path = if path.as_os_str() == "-" {
        spool_stdin(preparing.copying(std::io::stdin().lock()), &options.data)?
    } else {
        path.clone()
    };
    let file_options = FileOptions::default()
        .encoding(match options.encoding {
            TextEncoding::Auto => Encoding::Auto,
            TextEncoding::Utf8 => Encoding::Utf8,
            TextEncoding::Latin1 => Encoding::Latin1,
            TextEncoding::Windows1252 => Encoding::Windows1252,
        })
        .registry(options.data.join("files.json"))
        .group(options.group.as_str());
    preparing.surveying();
    let surveys = Survey::input(&path, &file_options, |now| preparing.surveyed(now))?;
    drop(preparing);
    surveys.iter().try_for_each(header_is_known)?;
    let order = match options.date_order {
        Order::Infer => infer(&surveys)?,
        declared => declared.declared(),
    };
    let mut notes = Vec::new();
    for survey in &surveys {
        if let Some(damage) = &survey.damage {
            notes.push(format!(
                "{} is damaged: {} (after {} bytes); what is before that is read",
                survey.path.display(),
                damage.message,
                damage.at
            ));
        }
        if let Some(before) = survey.grown_from {
            notes.push(format!(
                "{} has grown from {before} documents",
                survey.path.display()
            ));
        }
        for copy in &survey.left_out {
            let whole = survey.path.display();
            notes.push(format!(
                "{} is left out: {whole} holds all of it",
                copy.display()
            ));
        }
    }
    let documents = surveys.iter().map(|survey| survey.records).sum();
    let source = FileSource::new(surveys, file_options)?;
    let documents = options
        .limit
        .map_or(documents, |limit| limit.min(documents));
    let (progress, layouts) = (source.progress(), source.layouts());
    let source = Take::new(source, options.limit.unwrap_or(u64::MAX));
    Ok(Input::Files {
        source,
        order,
        documents,
        layouts,
        notes,
        progress,
    })
}

/// Whether `file` is `input` or lies in it, whatever the two are called.
fn is_within(file: &Path, input: &Path) -> bool {
    let Ok(input) = input.canonicalize() else {
        return false;
    };
    // A file that is still to be made is known by its folder.
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let whole = file.canonicalize().or_else(|_| {
        let name = file.file_name().unwrap_or_default();
        folder.canonicalize().map(|folder| folder.join(name))
    });
    whole.is_ok_and(|file| file.starts_with(input))
}

/// The rules for dates, once the order of day and month is known.
pub(crate) fn dates(order: Option<DateOrder>) -> Dates {
    Dates::iso(Zone::LONDON).order(order)
}

fn generated(options: &Options) -> Input {
    let documents = options
        .limit
        .map_or(options.documents, |limit| limit.min(options.documents));
    let generator = Generator::new(options.seed)
        .span(options.documents)
        .faults_per_million(options.faulty);
    let source = GeneratorSource::new(generator, options.documents, &options.group);
    let source = Take::new(source, options.limit.unwrap_or(u64::MAX));
    Input::Generated(source, documents)
}

/// The order that all files together agree on.
fn infer(surveys: &[Survey]) -> Result<Option<DateOrder>, Failure> {
    let mut evidence = OrderEvidence::default();
    for survey in surveys {
        evidence.merge(&survey.dates);
    }
    evidence
        .finish()
        .map_err(|error| wrong(format!("--date-order infer: {error}")))
}

/// A wrong header is told before anything is read in, also if no row follows it.
fn header_is_known(survey: &Survey) -> Result<(), Failure> {
    let header = match &survey.layout.header {
        Some(header) if survey.format == Format::Csv => header,
        _ => return Ok(()),
    };
    let names = header.iter().map(|name| &**name);
    match Columns::from_header(names, ExtraColumns::Refuse) {
        Ok(_) => Ok(()),
        Err(rejection) => {
            let faults: Vec<_> = rejection.faults().map(ToString::to_string).collect();
            let (path, faults) = (survey.path.display(), faults.join("; "));
            Err(wrong(format!("the header row of {path}: {faults}")))
        }
    }
}
