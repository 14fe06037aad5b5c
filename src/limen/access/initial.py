"""What `limen init` writes as `access.yaml`: rules that hold for most companies, with comments that teach."""

from __future__ import annotations

from typing import Final

INITIAL: Final = """\
# Who may ask for access that they don't have all day, for how long, and who approves it. The first rule that fits
# counts. What somebody is granted ends by itself, with Limen running or not: each decision looks at the clock.
#   apps, labels, owners   which apps: named, with a label, or owned by a group; none of the three: any app but Limen
#   actions                view, download, edit, share, administer, connect, elevate
#   ask                    who may ask: groups of limen.toml, or everyone
#   approve                who approves: {groups, people, owner: true}; a list where several approve in turn.
#                          Nobody approves what they asked for, and each step is somebody else's.
#   automatic              given at once and journaled, up to internal; four_eyes: two approve (restricted: in any case)
#   longest, longest_total how long one grant lasts, and all of the same in one go; cool_down: the pause that ends that
#   reason, ticket         characters that a justification has at least; how a ticket number looks (HD-#)
#   expires, escalate      when an unanswered request is over; who may approve it, too, after a while
rules:
  # Nobody administers everyday apps all day; whoever does says why. A company's only administrator can still work.
  - name: administer-everyday-apps
    labels: [public, internal]
    actions: [administer, elevate]
    ask: [administrators]
    automatic: true
    longest: 4h
    longest_total: 12h

  # What is confidential is administered with somebody else's consent.
  - name: administer-confidential-apps
    labels: [confidential]
    actions: [administer, elevate]
    ask: [administrators]
    approve: {groups: [administrators], owner: true}
    longest: 4h
    longest_total: 12h
    escalate: {after: 4h, to: {groups: [administrators]}}

  # Colleagues help out: the owners of an app let somebody in for a few days.
  - name: help-out
    labels: [internal, confidential]
    actions: [view, download, edit, share]
    ask: [staff, contractors]
    approve: {owner: true, groups: [administrators]}
    longest: 3d
    longest_total: 14d
    cool_down: 12h

  # The most sensitive apps: two people agree, and it lasts for a working day.
  - name: restricted-apps
    labels: [restricted]
    actions: [view, download, edit, share, administer, elevate]
    ask: [staff]
    approve: {owner: true, groups: [administrators]}
    four_eyes: true
    reason: 20
    longest: 8h
    longest_total: 24h
    cool_down: 4h
    expires: 24h

# Connections through the firewall that network.yaml does not let through can be asked for, too. The owner of where they
# lead approves (`owner` of a zone or host, else of flows to it), and a flow is drafted that names owner, purpose and
# review. `approve` is who decides where nobody owns it; publish: administrator, or approval for at once.
flows:
  ask: [staff]
  approve: {groups: [administrators]}
  publish: administrator

# Who has access is looked through again and again: each row says how they got it and when they used it last.
#   apps, labels, owners   as above, and `limen` itself; groups, people: only what these give, or these have
#   starts, every, lasts   the first day, how often, and how long reviewers have
#   reviewers, escalate    who decides, but nobody about themselves; who may decide as well after a while
#   default                what becomes of what nobody decides: keep, or remove (restricted apps: remove in any case)
reviews:
  # An administrator begins it on the page Access reviews, until `starts: 2027-01-04` and `every: 90d` stand here.
  - name: restricted
    labels: [restricted]
    lasts: 14d
    reviewers: {owner: true, groups: [administrators]}
    default: remove
    four_eyes: true
"""
