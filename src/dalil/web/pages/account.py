"""Signing in and out, one's own password, and for the owner who may do what."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dalil.errors import InputRefused
from dalil.web.accounts.book import TooManyTries
from dalil.web.accounts.gate import SESSION_COOKIE, SIGN_IN, address_of
from dalil.web.accounts.roles import NOBODY, ROLES, needs
from dalil.web.acting import Act, acting, done, own_path
from dalil.web.render import FORM_COOKIE, link, page

AUDIT_LINES = 100


@needs(NOBODY)
def sign_in_form(request: Request) -> Response:
    """The form; whoever is signed in already goes on."""
    back = own_path(request.query_params.get("back", "/"))
    if request.state.session or not request.state.accounts:
        return RedirectResponse(link(request, "/"), 303)
    return page(request, "sign_in.html", back=back, name="", wrong=False)


def sign_in(request: Request, act: Act) -> Response:
    """A new session, or the form again; nothing tells a wrong name from a wrong password."""
    book = request.app.state.book
    if not book.in_use:
        raise HTTPException(404)
    name, password = act.form.get("name", ""), act.form.get("password", "")
    try:
        token = book.sign_in(name, password, address_of(request))
    except TooManyTries as haste:
        answer = page(request, "sign_in.html", status=429, back=act.back, name=name, wrong=str(haste))
        answer.headers["retry-after"] = "900"
        return answer
    if token is None:
        return page(request, "sign_in.html", status=403, back=act.back, name=name, wrong=True)
    answer = RedirectResponse(act.back, 303)
    secure = request.app.state.secure
    answer.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="strict", secure=secure)
    answer.delete_cookie(FORM_COOKIE)  # forms that stood open before belong to nobody now
    return answer


def sign_out(request: Request, act: Act) -> Response:
    """The session is over."""
    if request.state.session:
        request.app.state.book.sign_out(request.state.session)
    answer = RedirectResponse(link(request, SIGN_IN if request.state.accounts else "/"), 303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def own(request: Request) -> Response:
    """One's own account; for the owner everybody's, and the audit."""
    if not request.state.accounts:
        return page(request, "account.html", person=None, people=[], audit=[], roles=ROLES)
    owner = request.state.person.role == "owner"
    book = request.app.state.book
    people, audit = (book.people(), book.audit(AUDIT_LINES)) if owner else ([], [])
    return page(request, "account.html", person=request.state.person, people=people, audit=audit, roles=ROLES)


def set_password(request: Request, act: Act) -> Response:
    """One's own password is the new one; every session ends, this one too."""
    book, person = request.app.state.book, request.state.person
    if not request.state.accounts:
        raise HTTPException(404)
    token = book.sign_in(person.name, act.form.get("old", ""), address_of(request))
    if token is None:
        raise InputRefused("password", "the old one is not right", "Nothing was changed")
    book.set_password(person.name, act.form.get("new", ""), by=person.name)
    return RedirectResponse(link(request, SIGN_IN), 303)


def change(request: Request, act: Act) -> Response:
    """The owner makes, changes or removes an account."""
    book, by = request.app.state.book, act.by
    name, what, opens = act.form.get("name", ""), act.form.get("what", ""), "opens" in act.form
    if what == "add":
        if not request.state.accounts:
            # The first account closes the door behind whoever makes it: from the command line, where one can see it.
            raise InputRefused(name, "would be the first account", 'Make it with "dalil account add"')
        book.add(name, act.form.get("password", ""), act.form.get("role", ""), opens=opens, by=by)
    elif what == "change":
        book.change(name, role=act.form.get("role", ""), opens=opens, by=by)
    elif what == "remove":
        book.remove(name, by=by)
    else:
        raise HTTPException(400)
    return done(request, act, "accounts")


ROUTES = (
    Route(SIGN_IN, sign_in_form, methods=["GET"]),
    Route(SIGN_IN, needs(NOBODY)(acting(sign_in)), methods=["POST"]),
    Route("/sign-out", needs("viewer")(acting(sign_out)), methods=["POST"]),
    Route("/account", own, methods=["GET"]),
    Route("/account/password", needs("viewer")(acting(set_password)), methods=["POST"]),
    Route("/account", needs("owner")(acting(change)), methods=["POST"]),
)
