//! The one question of `/me`: "did this teach you something?", at most once a week; only they see it.
use axum::extract::State;
use axum::response::Redirect;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::model::clock::Time;
use crate::model::comment::CommentPlace;
use crate::model::ids::CommentId;
use crate::model::wording;
use crate::pipeline::Addresses;
use crate::pipeline::answers;
use crate::pipeline::answers::OneQuestion;
use crate::pipeline::profile;
use crate::web::Web;
use crate::web::error::PageError;
use crate::web::form::Sent;
use crate::web::form::token_field;
use crate::web::pages::me_forms;
use crate::web::pages::me_forms::Saved;
use crate::web::prose;

/// What was answered.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Yes,
    No,
    Unsure,
}

/// The fields of the form.
#[derive(Debug, Deserialize)]
pub struct Reply {
    place: String,
    comment: i64,
    answer: Word,
}

/// What is wished of being asked at all.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wish {
    /// Don't ask any more.
    Never,
    /// Ask again.
    Again,
    /// Forget every answer.
    Forget,
}

/// What a button says of being asked at all.
#[derive(Debug, Deserialize)]
pub struct Choice {
    choice: Wish,
}

/// `POST /me/question`: the visitor's answer.
///
/// # Errors
/// [`PageError`] for a form that isn't ours or can't be read, or a visitor who is nobody.
pub async fn answer(State(web): State<Web>, Sent { visitor, fields }: Sent<Reply>) -> Result<Redirect, PageError> {
    let which = fields
        .as_ref()
        .and_then(|fields| Some((CommentPlace::from_stored(&fields.place)?, CommentId(fields.comment))));
    let (Some(fields), Some(which)) = (&fields, which) else {
        return Err(PageError::Unreadable(
            "There is no such answer. Go back and choose one of the three.",
        ));
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, person) = me_forms::me_as_reader(&mut conn, &visitor).await?;
    drop(conn);
    let taught = match fields.answer {
        Word::Yes => Some(true),
        Word::No => Some(false),
        Word::Unsure => None,
    };
    let heard = answers::answer(&web.pipeline, (&reader, person.id), which, taught).await?;
    Ok(if heard { Saved::Answer } else { Saved::NoQuestion }.shown())
}

/// `POST /me/questions`: whether the visitor wants to be asked, or that their answers go.
///
/// # Errors
/// [`PageError`] for a form that isn't ours or can't be read, or a visitor who is nobody.
pub async fn choose(State(web): State<Web>, Sent { visitor, fields }: Sent<Choice>) -> Result<Redirect, PageError> {
    let Some(Choice { choice }) = fields else {
        return Err(PageError::Unreadable("The form can't be read. Go back and try again."));
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let (id, person) = me_forms::me(&mut conn, &visitor).await?;
    drop(conn);
    let whose = (id, person.id);
    match choice {
        Wish::Never => answers::set_unasked(&web.pipeline, whose, true).await?,
        Wish::Again => answers::set_unasked(&web.pipeline, whose, false).await?,
        Wish::Forget => {
            answers::forget(&web.pipeline, whose).await?;
            return Ok(Saved::AnswersGone.shown());
        }
    }
    Ok(Saved::Asking.shown())
}

/// This week's question, or nothing.
#[must_use]
pub fn render(question: &OneQuestion, (addresses, token): (&Addresses, &str), now: Time) -> Markup {
    let Some(about) = &question.about else {
        return html! {};
    };
    let link = profile::comment_link(
        addresses,
        (&about.owner, &about.repo, about.pull),
        (about.place, about.comment),
    );
    let button =
        |word: &str, words: &str| html! { button.quiet type="submit" name="answer" value=(word) { (words) } " " };
    html! {
        section.note id="question" {
            h2 { "Did this teach you something?" }
            p {
                a href=(link) { "What " (about.teacher) " told you about " (wording::area(about.area)) }
                " on " (about.owner) "/" (about.repo) "#" (about.pull.number) ", " (prose::when(about.at, now)) "."
            }
            form method="post" action="/me/question" {
                (token_field(token))
                input type="hidden" name="place" value=(about.place.as_str());
                input type="hidden" name="comment" value=(about.comment);
                p { (button("yes", "Yes")) (button("no", "No")) (button("unsure", "I can't say")) }
            }
            p.small.soft {
                "One question a week at most. Only you see what you answer, and nothing changes for this comment; many answers together tell "
                a href="/docs#landing" { "how signs are weighed" } " in your organisation."
            }
            (choice_button("never", "Don't ask me again", token))
        }
    }
}

/// What they said of being asked, to change it; nothing where they neither answered nor refused.
#[must_use]
pub fn render_choice(question: &OneQuestion, token: &str) -> Markup {
    html! {
        @if question.unasked || question.answers > 0 {
            section id="answers" {
                h2 { "The question of the week" }
                @if question.answers > 0 {
                    p { "You answered " (wording::count(usize::try_from(question.answers).unwrap_or_default(), "question")) ". Nobody else sees your answers." }
                    (choice_button("forget", "Delete my answers", token))
                }
                @if question.unasked {
                    p { "You aren't asked whether comments taught you something." }
                    (choice_button("again", "Ask me again", token))
                } @else {
                    (choice_button("never", "Don't ask me any more", token))
                }
            }
        }
    }
}

fn choice_button(choice: &str, words: &str, token: &str) -> Markup {
    html! {
        form method="post" action="/me/questions" {
            (token_field(token))
            input type="hidden" name="choice" value=(choice);
            button.quiet type="submit" { (words) }
        }
    }
}
