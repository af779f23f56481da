"""The pages of the hub explained to those who work with them; by the names of their addresses."""

from django.utils.translation import gettext_lazy as _

from cmdm.pagehelp import Screen, screens

_PAGES = {
    "start": Screen(_("What needs somebody now, and how much there is. Every figure leads to its rows.")),
    "stewardship:queue": Screen(
        _("What waits for an answer. The most useful card stands first, and says why."),
        [
            _("“Next” gives you the best card that nobody holds; it is yours for a quarter of an hour."),
            _("Filters stand in the address, so a filter can be kept and sent as a link."),
        ],
    ),
    "stewardship:task": Screen(
        _("Customers side by side: are they one? Read the sentence, then the rows that differ, then the reasons."),
        [
            _("“Not given” is no difference. A mark shows the characters that the other side lacks."),
            _("“Related” means two people with a tie, such as a household. “Not sure” changes nothing."),
            _("Where no rule decides, choose a value by its digit before you say “Same”."),
            _("What else a merge touches stands above the answers. Every answer can be taken back."),
        ],
    ),
    "stewardship:dashboard": Screen(
        _("How the work goes and how good it is."),
        [
            _("Open work stops counting at a thousand tasks a queue; sources are counted once a day."),
            _("Precision is estimated from a random sample of what the machine joined, with its 95 % interval."),
            _("κ is agreement beyond chance: 0 as chance would have it, 1 always."),
        ],
    ),
    "stewardship:policies": Screen(
        _("What owners want of review: which answers need a second person or a reason, how right the machine must be."),
        [
            _("A second person never sees the first answer. When both differ, a lead decides."),
            _("When the lower bound of the estimate falls under the target, the machine asks instead of joining."),
        ],
    ),
    "stewardship:practice": Screen(_("Made-up cases with a known answer. Nothing you do here touches a customer.")),
    "stewardship:practice_case": Screen(
        _("A made-up case on the real card. Answer it; then it says what is right, and why."),
    ),
    "stewardship:workload": Screen(_("Who holds how much, and who decided how much; for leads.")),
    "stewardship:bulk_list": Screen(_("One answer for all cards of a filter, after a sample of them was opened.")),
    "stewardship:answers": Screen(_("The answers behind a figure of the dashboard. Open one to see its card.")),
    "stewardship:sample": Screen(_("Joins of the machine that were drawn at random, with what people said of them.")),
    "stewardship:keys": Screen(_("Lay the deeds of the card on other keys, or switch single keys off.")),
    "customers:list": Screen(_("Everybody you may see. Filters narrow the list; exports take what it shows.")),
    "customers:detail": Screen(
        _("A customer as we believe him to be. Each value says which source, which day and which rule it comes from."),
        [
            _("A correction becomes a claim of its own; a pin makes one claim win until you end it."),
            _("An earlier day shows the customer as he was then; nothing can be done from there."),
        ],
    ),
    "customers:missing": Screen(
        _("Values that customers lack and that a rule or the other customers of the domain tell, with plain numbers."),
        [
            _("“Fill in” makes a claim beneath every word of a source; a value that a source sends later wins."),
            _("“Dismiss” is remembered. What somebody removed, refused or corrected away is never suggested."),
            _("With a rule chosen, a whole page can be looked at and filled in together, and taken back together."),
        ],
    ),
    "customers:households": Screen(
        _("Persons who live together. Each stays a customer of his own; consents are each member’s own."),
        [
            _("The machine compares all persons once a day and proposes who is related at one address or number."),
            _("People confirm, add or take out; whoever was taken out is not proposed for it again."),
            _("Who is restricted is drawn into none, and no proposal of him is shown."),
        ],
    ),
    "customers:household": Screen(
        _("Who belongs to it, what its members have in common, and what was said of them."),
        [
            _("“They live together” confirms all who are proposed; each can be answered by himself."),
            _("With fewer than two left it is over. The last answer can be taken back."),
            _("Members are kept by their records: they stay in it through a merge, and after it is undone."),
        ],
    ),
    "customers:household_new": Screen(_("Say who lives with this person. Nobody is merged by it.")),
    "customers:household_pairs": Screen(
        _("Two households to which one person belongs, where you see all of both."),
        [_("They met by a merge, by a proposal, or by what people said. The machine changes neither meanwhile.")],
    ),
    "customers:household_pair": Screen(
        _("Say whether two households with a person in common are one."),
        [
            _("“One household” moves all to the confirmed, or older, one; the other is over."),
            _("“Two households” keeps both, and is remembered until somebody joins or leaves one of them."),
            _("Either can be taken back, exactly, until something else is said of the same members."),
        ],
    ),
    "customers:unusual_values": Screen(
        _("Values that are hardly right: contacts that very many share, impossible or piled-up birth dates, no names."),
        [
            _("They are looked for once a day. Nothing is changed and nothing is stopped by them."),
            _("Say whether a value is as it should be or a fault, and why. It can be taken back."),
            _("Known placeholders, such as 1900-01-01 or noreply@, are listed when you ask for them."),
        ],
    ),
    "customers:unusual_value": Screen(_("One unusual value, some customers who have it, and what people said of it.")),
    "customers:missing_many": Screen(_("What would be filled in by one rule. Leave out what you doubt.")),
    "customers:records": Screen(_("What each source says of this customer, record by record.")),
    "customers:history": Screen(_("What changed when, by whom, and by which deed.")),
    "customers:imports": Screen(_("Files that were taken in, and what became of their rows.")),
    "customers:import": Screen(
        _("Say which column is what; see what would happen before anything does."),
        [
            _(
                "“Unusual in this load” compares it with up to 24 loads of the source before; with fewer than five it "
                "says nothing."
            ),
            _(
                "Say whether it is as it should be or a fault, and why: later loads are compared with the former only. "
                "It can be taken back."
            ),
        ],
    ),
    "customers:sources": Screen(_("The systems that send records, and what their word is worth.")),
    "customers:survivorship": Screen(
        _("Which claim becomes the golden value, attribute by attribute."),
        [_("What a person pinned or corrected stands above every rule.")],
    ),
    "customers:survivorship_rule": Screen(
        _("Change the rule as a draft and see on real customers what would differ."),
        [
            _("Trust halves with every half-life behind the newest claim beside it, never behind today."),
            _("Nothing changes until you put it in force; then a job derives all customers anew."),
        ],
    ),
    "matching:model": Screen(
        _("What the machine weighs, how far its score can be trusted, and what other lines would do."),
        [_("A version is rehearsed before it is promoted. Answers of people are never overruled.")],
    ),
    "matching:merge": Screen(_("Join customers that the machine did not propose; see what it makes first.")),
    "matching:unmerge": Screen(_("Take records out of a customer; see what goes where first.")),
    "consent:dashboard": Screen(_("What customers agreed to, by purpose and channel.")),
    "consent:customer": Screen(_("What this customer said to each use of his data; a refusal wins.")),
    "consent:conflicts": Screen(_("Customers who said yes and no. Until they tell us, nothing is sent.")),
    "jobs": Screen(_("Work that runs in the background, with its progress.")),
    "audit": Screen(_("Who did what, when and from where. Values are never in it.")),
}

for _name, _screen in _PAGES.items():
    screens.add(_name, _screen)
