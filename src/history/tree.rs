//! The files of a tree, as many as a machine can take: a tree may name the same tree many times, and a few of them make billions of files.
use std::ops::ControlFlow;

use gix::ObjectId;
use gix::bstr::BStr;
use gix::objs::tree::EntryRef;
use gix::traverse::tree::Recorder;
use gix::traverse::tree::Visit;
use gix::traverse::tree::visit::Action;

use crate::history::is_file;

/// Files and links and folders with their paths, up to a number of them.
struct Counted {
    recorder: Recorder,
    most: usize,
    over: bool,
}

/// The files of a tree with their paths; none where there are more than `most` entries.
pub(super) fn files(tree: &gix::Tree<'_>, most: usize) -> gix::Result<Option<Vec<(String, ObjectId)>>> {
    let mut counted = Counted {
        recorder: Recorder::default(),
        most,
        over: false,
    };
    let walked = tree.traverse().breadthfirst(&mut counted);
    if counted.over {
        return Ok(None);
    }
    walked?;
    let files = counted.recorder.records.into_iter();
    Ok(Some(
        files
            .filter(|entry| is_file(entry.mode.kind()))
            .map(|entry| (entry.filepath.to_string(), entry.oid))
            .collect(),
    ))
}

impl Counted {
    fn within(&mut self, action: Action) -> Action {
        self.over = self.recorder.records.len() > self.most;
        if self.over { ControlFlow::Break(()) } else { action }
    }
}

impl Visit for Counted {
    fn pop_back_tracked_path_and_set_current(&mut self) {
        self.recorder.pop_back_tracked_path_and_set_current();
    }

    fn pop_front_tracked_path_and_set_current(&mut self) {
        self.recorder.pop_front_tracked_path_and_set_current();
    }

    fn push_back_tracked_path_component(&mut self, component: &BStr) {
        self.recorder.push_back_tracked_path_component(component);
    }

    fn push_path_component(&mut self, component: &BStr) {
        self.recorder.push_path_component(component);
    }

    fn pop_path_component(&mut self) {
        self.recorder.pop_path_component();
    }

    fn visit_tree(&mut self, entry: &EntryRef<'_>) -> Action {
        let action = self.recorder.visit_tree(entry);
        self.within(action)
    }

    fn visit_nontree(&mut self, entry: &EntryRef<'_>) -> Action {
        let action = self.recorder.visit_nontree(entry);
        self.within(action)
    }
}
