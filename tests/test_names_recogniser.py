"""The recogniser: what in a text is a name, what is not, where names begin and end, and which are places."""

import pytest

from searchidx.names import Namer, NameStatistics, read_stop_names

#: A small archive in our own words; what it shows of capital letters is added to the shipped counts.
ARCHIVE = [
    "The prime minister visits the Human Rights Commission in the capital.",
    "A commission of the Human Rights Council speaks of human rights.",
    "Relief workers of the World Food Programme bring food to the camp.",
    "The World Food Programme asks the world for help.",
    "The Coast Guard and the National Guard guard the coast.",
    "A movement for freedom speaks of the emancipation of slaves.",
    "A spokesman for the Coast Guard says that the National Guard helps.",
    "The gulf council meets Jim Blaukirk in the gulf, and children practise reading.",
]


@pytest.fixture(scope="module")
def namer():
    return Namer(NameStatistics.collect(ARCHIVE))


def _found(namer, text):
    return [name.text for name in namer.explain(text)]


def _places(namer, text):
    return [name.text for name in namer.explain(text) if name.kind == "place"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("no capitals here.", []),
        ("However, nobody knows.", []),
        ("On Monday in March the CEO resigned.", []),
        ("The damage is some US$460,000 at 45°C.", []),
        ("Same-sex marriage is legal; so is it in Spain: Same-sex couples marry.", ["Spain"]),
        ("Rescuers search the rubble in Baghdad.", ["Baghdad"]),
        ("Talks with the U.S. go on.", ["U.S."]),
        ("Talks with the U.S", ["U.S"]),
        ("The U.N. Security Council meets.", ["U.N. Security Council"]),
        ("AT&T and the IMF disagree.", ["AT&T", "IMF"]),
        ("The Bank of England meets in London.", ["Bank of England", "London"]),
        ("Shares of Barclays fall.", ["Barclays"]),
        ("Bosnia and Herzegovina votes.", ["Bosnia and Herzegovina"]),
        ("Jammu and Kashmir votes.", ["Jammu and Kashmir"]),
        ("Iraq and Syria agree.", ["Iraq", "Syria"]),
        ("The Philippine Commission on Human Rights objects.", ["Philippine Commission on Human Rights"]),
        ("Muqtada al-Sadr meets Ban Ki-moon.", ["Muqtada al-Sadr", "Ban Ki-moon"]),
        ("Troops hunt Osama bin Laden and al Qaeda.", ["Osama bin Laden", "al Qaeda"]),
        ("Fighting near Deir ez-Zor goes on.", ["Deir ez-Zor"]),
        ("Russia-backed rebels leave.", ["Russia"]),
        ("Storms hit New York and New Hampshire.", ["New York", "New Hampshire"]),
        ("New York shivers.", ["New York"]),
        ("A Boeing 777 lands safely.", ["Boeing 777"]),
        ("Toyota files for Chapter 11 protection.", ["Toyota"]),
        (
            "The Supreme Court decides Zorkov v. Blaukirk. Blaukirk cheers.",
            ["Supreme Court", "Zorkov v. Blaukirk", "Blaukirk"],
        ),
        ("Judges in Zorkov v. Texas disagree.", ["Zorkov v. Texas"]),
        (
            "The Islamic State in Iraq and the Levant retreats in Iraq.",
            ["Islamic State in Iraq and the Levant", "Iraq"],
        ),
        (
            "The National Aeronautics and Space Administration and Iraq agree.",
            ["National Aeronautics and Space Administration", "Iraq"],
        ),
        ("The Port Authority of New York and New Jersey rests.", ["Port Authority of New York and New Jersey"]),
        ("A lorry burns on Interstate 94.", ["Interstate 94"]),
        ("Princess Haya bint Hussein leaves.", ["Haya bint Hussein"]),
        ("Pro-Russian rebels and Anti-Serbian crowds rest.", ["Russian", "Serbian"]),
        ("Post-war Iraq joins the Non-Proliferation Treaty.", ["Iraq", "Non-Proliferation Treaty"]),
        ("The San Francisco 49ers lose.", ["San Francisco 49ers"]),
        ("The novelist Stephen King and Judge John Bates meet King Harald.", ["Stephen King", "John Bates", "Harald"]),
        ("Guards Of Human Rights Visit Baghdad", ["Human Rights", "Baghdad"]),
        ("FOOD FOR BAGHDAD", ["BAGHDAD"]),
        ("FOOD FOR BAGHDAD\n\nThe Coast Guard brings food.", ["BAGHDAD", "Coast Guard"]),
        ("Gazprom, Inc. and Allen Merritt, Jr. agree.", ["Gazprom, Inc.", "Allen Merritt, Jr."]),
    ],
)
def test_names_and_their_ends(namer, text, names):
    assert _found(namer, text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("President Barack Obama speaks.", ["Barack Obama"]),
        ("Prime Minister Tony Blair speaks.", ["Tony Blair"]),
        ("Lieutenant-General Charles Bouchard leads.", ["Charles Bouchard"]),
        ("The Prime Minister of Peru Cesar Villanueva resigns.", ["Peru", "Cesar Villanueva"]),
        ("The President of the Republic of China Chen Shui-bian speaks.", ["Republic of China", "Chen Shui-bian"]),
        ("The First Minister of Northern Ireland speaks.", ["Northern Ireland"]),
        ("The ambassador to Iraq Ryan Crocker speaks.", ["Iraq", "Ryan Crocker"]),
        ("The secretary of Pakistan Press Council speaks.", ["Pakistan Press Council"]),
        ("Governor Jim Justice speaks. Justice is served.", ["Jim Justice"]),
        ("Voters trust Prime Minister Jim Sen.", ["Jim Sen"]),
        (
            "Secretary-General of the United Nations Jim Zorkov meets the President of the Gulf Council Jim Blaukirk.",
            ["United Nations", "Jim Zorkov", "Gulf Council", "Jim Blaukirk"],
        ),
        ("The president of the Gulf Council Party of Zorkov rests.", ["Gulf Council Party of Zorkov"]),
        ("The U.S. Ambassador to Libya Carol Blaukirk speaks.", ["U.S.", "Libya", "Carol Blaukirk"]),
        ("Secretary of State Colin Powell speaks.", ["Colin Powell"]),
        (
            "Apple's Chief Executive Tim Cook and Chief Executive of Hong Kong Carrie Lam speak.",
            ["Apple", "Tim Cook", "Hong Kong", "Carrie Lam"],
        ),
        ("The United States Department of Justice sues.", ["United States Department of Justice"]),
        ("The UN General Assembly votes.", ["UN General Assembly"]),
        ("Prime Minister Theresa May speaks in May.", ["Theresa May"]),
        ("Premier Blaukirk May 5.", ["Blaukirk"]),
    ],
)
def test_titles_are_no_part_of_names(namer, text, names):
    assert _found(namer, text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Spaniard Rafael Nadal wins.", ["Spaniard", "Rafael Nadal"]),
        ("British Muslim groups protest.", ["British", "Muslim"]),
        ("South Korean officers speak.", ["South Korean"]),
        ("The Dominican Republic votes.", ["Dominican Republic"]),
        ("A ship off the Omani Port of Salalah burns.", ["Omani", "Port of Salalah"]),
        (
            "Ebola cases in the United States United States officials count.",
            ["Ebola", "United States", "United States"],
        ),
    ],
)
def test_what_says_where_a_name_belongs_is_cut_off(namer, text, names):
    assert _found(namer, text) == names


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("A bomb explodes in Fallujah.", ["Fallujah"]),
        ("Paris Hilton smiles in Paris.", ["Paris"]),
        ("The Bush administration speaks to Egypt.", ["Egypt"]),
        ("Chelsea Clinton meets voters. Clinton smiles.", []),
        ("Voters in Clinton, Iowa, wait.", ["Clinton", "Iowa"]),
        ("Guests dine at the White House.", []),
        ("A SWAT team arrives.", []),
        ("Hamas talks to Fatah.", []),
        ("Washington says that Tehran must answer.", ["Washington", "Tehran"]),
        ("Fighters leave Janaale. A car burns in Janaale, Somalia.", ["Janaale", "Somalia"]),
        ("Storms hit Blaukirk province.", ["Blaukirk"]),
        ("Three die in the Blaukirk neighbourhood of Baghdad.", ["Blaukirk", "Baghdad"]),
        ("Rescuers search the city of Van.", ["Van"]),
        ("A boat sinks on Lake Blaukirk.", ["Lake Blaukirk"]),
        ("The Gulf War began.", []),
        ("The Movement for the Emancipation of the Niger Delta denies it.", []),
        ("Manchester City wins.", []),
        ("The quake is felt in Helmand Province.", ["Helmand Province"]),
        ("A fire at the Blaukirk Food District in Houston is out.", ["Houston"]),
        ("The U.S. District Judge rules against the United States District Court for the District of Oregon.", []),
        ("Camps in Blaukirk West District are full.", ["Blaukirk West District"]),
        ('The film "Chicago" wins in Venice.', ["Venice"]),
        ("A Falcon 9 rocket lifts off from Florida.", ["Florida"]),
        ("In Florida 30 people are ill.", ["Florida"]),
        ("Neither Russia nor the West agrees.", ["Russia"]),
        ("The Pirate Bay closes; a Himalayan village in Valletta grows.", ["Valletta"]),
        ("A fishing boat sinks off Liverpool, Nova Scotia.", ["Nova Scotia"]),
        ("Three die in Tuzla, Romania.", ["Tuzla", "Romania"]),
        ("A car burns near Zorkov, Blaukirk, Somalia.", ["Zorkov", "Blaukirk", "Somalia"]),
        ("A car burns in Long Beach, Somalia; a trial in the Crown Court, Somalia, ends.", ["Long Beach", "Somalia"]),
        ("The army takes the towns of Zorkov, Blaukirk and Trandel. Trandel falls.", ["Zorkov", "Blaukirk", "Trandel"]),
        ("Shells hit Zorkov, a small village near Mosul.", ["Zorkov", "Mosul"]),
        ("Officials arrest Zorkov, a Mosul city councillor.", ["Mosul"]),
        ("Ten die in Zorkov and near Blaukirk Blanmer in Yemen.", ["Zorkov", "Blaukirk Blanmer", "Yemen"]),
        ("Ten die in Zorkov City.", ["Zorkov City"]),
        ("Ten die near the town of Movement Council. The Freedom Council rests.", ["Movement Council"]),
        (
            "Lorries burn between Zorkov and Mosul in the Anbar and Blaukirk provinces.",
            ["Zorkov", "Mosul", "Anbar", "Blaukirk"],
        ),
        (
            "Children in the Zorkov refugee camp learn reading in Reading, England, and in Reading.",
            ["Zorkov", "Reading", "England"],
        ),
        ("A wave leaves Tohoku for Mainland Britain.", ["Tohoku", "Mainland Britain"]),
        ("Voters lose confidence in Carol Blaukirk.", []),
        ("The worst year in Blaukirk history ends.", []),
        ("The case is heard in NQAZ.", []),
        ("The Blaukirk volcano erupts in County Zorkov.", ["Blaukirk", "County Zorkov"]),
        ("Talks go on in Juba, Sudan.", ["Juba", "Sudan"]),
        ("Voters in New York, Virginia and Ohio wait.", ["New York", "Virginia", "Ohio"]),
        ("A storm hits the Philippines and Laos; Filipinos flee.", ["Philippines", "Laos"]),
        ("Iraqi Guards Visit Human Rights Council In Mosul", ["Mosul"]),
    ],
)
def test_places_among_names(namer, text, places):
    found = _places(namer, text)
    assert [place for place in places if place not in found] == []
    assert set(found) <= set(places)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Shells fall in Georgia near Tbilisi.", "Georgia"),
        ("Voters in Georgia, from Atlanta to Savannah, wait.", "Georgia, United States"),
        ("Fires burn in Washington, from Seattle to Tacoma.", "Washington, United States"),
        ("A march in Washington.", "Washington, D.C."),
        ("A parade in Tripoli, Lebanon.", "Tripoli, Lebanon"),
        ("A parade in Tripoli.", "Tripoli"),
        ("Three die in Tuzla, Romania.", "Tuzla, Romania"),
        ("Nothing is known in Al-Raqqah.", "Raqqa"),
        ("Four die in Moscow, Idaho.", "Moscow, United States"),
        ("Barcelona draws with Valencia.", "Barcelona"),
        ("Barcelona draws with Valencia.", "Valencia, Spain"),
        ("Storms hit Barcelona and Valencia, say officials in Caracas.", "Barcelona, Venezuela"),
        ("A prison in Jackson, Georgia, burns.", "Georgia, United States"),
        ("Fires burn in Washington state.", "Washington, United States"),
        ("It becomes legal in the US state of Washington.", "Washington, United States"),
        ("A tornado hits the U.S. state of Georgia.", "Georgia, United States"),
        ("The Governor of New York resigns.", "New York, United States"),
        ("New York Governor Eliot Spitzer resigns.", "New York, United States"),
        ("A New York department store burns.", "New York City"),
        ("Troops enter the province of Aleppo.", "Aleppo, Syria"),
        ("Heads of state of Georgia and Ukraine meet.", "Georgia"),
        ("The Niger state television reports a coup.", "Niger"),
        ("Ten die in the province of Santiago in Chile.", "Santiago"),
        ("Shells fall in the Kashmir region.", "Kashmir"),
        ("Judges in The Hague sentence him.", "The Hague"),
        ("The war crimes trial at the Hague ends.", "The Hague"),
        ("A bomb explodes in Tall Afar, Iraq.", "Tal Afar"),
        ("Gazans flee.", "Gaza Strip"),
        ("Kiev celebrates.", "Kyiv"),
        ("Talks in Burma go on.", "Myanmar"),
        ("Georgian troops leave.", "Georgia"),
        ("Danes vote.", "Denmark"),
    ],
)
def test_which_place_is_meant(namer, text, value):
    assert value in [name.name for name in namer.explain(text)]


def test_a_word_that_hardly_ever_stands_behind_in_is_no_place_without_it():
    archive = [f"Shares of Nokia rise by {n} per cent, and Nokia hires." for n in range(10)]
    namer = Namer(NameStatistics.collect([*archive, "Two die in Nokia, a town in Finland."]))
    assert _places(namer, "Finland is proud: Nokia sells phones outside Finland.") == ["Finland", "Finland"]
    assert _places(namer, "Snow falls in Nokia.") == ["Nokia"]
    assert _places(Namer(NameStatistics.collect([])), "Snow falls on Finland: Nokia waits in Finland.") == [
        "Finland",
        "Nokia",
        "Finland",
    ]


def test_a_word_that_mostly_stands_behind_in_is_a_place_there_and_another_is_not():
    archive = [
        "Two die in Zorkov.",
        "Fire in Zorkov kills two.",
        "Shares of Blaukirk rise.",
        "Trust in Blaukirk grows.",
    ]
    namer = Namer(NameStatistics.collect([*archive, "The board of Blaukirk, says Blaukirk, meets."]))
    assert _places(namer, "Ten die in Zorkov.") == ["Zorkov"]
    assert _places(namer, "Ten work in Blaukirk.") == []


def test_a_word_that_hardly_ever_stands_behind_in_is_a_place_where_what_it_lies_in_follows():
    archive = [f"Shares of Nokia rise by {n} per cent, and Nokia hires." for n in range(10)]
    assert _places(Namer(NameStatistics.collect(archive)), "Snow falls on Nokia, Finland.") == ["Nokia", "Finland"]


def test_a_title_goes_on_with_the_name_whose_last_word_stands_before_hardly_anything_else():
    archive = ["Students of Notre Dame protest.", "The team of Notre Dame loses.", "A priest of Notre Dame speaks."]
    with_name, without = (Namer(NameStatistics.collect(texts)) for texts in (archive, []))
    assert _found(with_name, "The University of Notre Dame wins.") == ["University of Notre Dame"]
    assert _found(without, "The University of Notre Dame wins.") == ["University of Notre"]
    assert _found(with_name, "At Notre Dame President Bush speaks.") == ["Notre Dame", "Bush"]
    offices = Namer(NameStatistics.collect(["Talks with the Foreign Minister and the Prime Minister fail."] * 5))
    assert _found(offices, "In Peru the Prime Minister resigns.") == ["Peru"]


def test_a_name_goes_on_with_a_function_word_that_mostly_follows_it_in_the_archive():
    archive = ["The head of Serie A speaks.", "Players of Serie A protest.", "A year of Serie A begins."]
    archive += [f"In {land} Reporters Without Borders protest." for land in ("Iraq", "Iran", "Italy", "Cuba") * 4]
    seen, unseen = (Namer(NameStatistics.collect(texts)) for texts in (archive, archive[:1]))
    assert _found(seen, "The Serie A World Cup begins.") == ["Serie A", "World Cup"]
    assert _found(unseen, "The Serie A World Cup begins.") == ["Serie", "World Cup"]
    assert _found(seen, "It angers Reporters Without Borders.") == ["Reporters Without Borders"]


def test_an_employer_in_initials_is_no_part_of_a_persons_name():
    person = ["Officials ask Sepp Blatter, and Sepp Blatter answers.", "Talks at FIFA, or with FIFA, fail."] * 2
    ship = ["Sailors of the USS John McCain cheer.", "Voters trust John McCain, and John McCain thanks."] * 2
    namer = Namer(NameStatistics.collect([*person, *ship]))
    assert _found(namer, "Officials hear FIFA Sepp Blatter.") == ["FIFA", "Sepp Blatter"]
    assert _found(namer, "Sailors leave the USS John McCain.") == ["USS John McCain"]
    assert _found(namer, "Fans hear the FIFA World Cup.") == ["FIFA World Cup"]


def test_a_party_is_no_part_of_its_members_name():
    namer = Namer(NameStatistics.collect(["Carol Zorkov meets Carol Blaukirk.", "A secretary and secretaries meet."]))
    assert _found(namer, "Voters elect Democrat Carol Zorkov.") == ["Democrat", "Carol Zorkov"]
    assert _found(namer, "Two former Labour Home Secretaries speak.") == ["Labour Home Secretaries"]


def test_a_persons_name_does_not_go_on_behind_of():
    archive = ["He puts a bolt to the door, and a bolt, and a bolt.", "Usain Bolt runs, and Usain Bolt wins."]
    namer = Namer(NameStatistics.collect([*archive, "A tribe and a tribe.", "The Seminole Tribe waits."]))
    assert _found(namer, "Usain Bolt of Jamaica wins.") == ["Usain Bolt", "Jamaica"]
    assert _found(namer, "Members of the Seminole Tribe of Florida vote.") == ["Seminole Tribe of Florida"]


def test_a_title_may_stand_in_the_middle_of_a_name():
    namer = Namer(NameStatistics.collect(["Khalid Zorkov meets Khalid Blaukirk, and the sheikh."]))
    assert _found(namer, "The trial of Khalid Sheikh Mohammed begins.") == ["Khalid Sheikh Mohammed"]
    assert _found(namer, "A letter to Sheikh Mohammed is lost.") == ["Mohammed"]


def test_a_first_name_that_is_a_common_word_as_well_stands_apart_from_the_land():
    archive = ["A mark is a mark, and a mark of respect.", "Mark Blaukirk meets Mark Zorkov.", "The forces rest."]
    namer = Namer(NameStatistics.collect(archive))
    assert _found(namer, "The Governor of Texas Mark Zorkov resigns.") == ["Texas", "Mark Zorkov"]
    assert _found(namer, "The Commander of Texas Forces Mark resigns.") == ["Texas Forces Mark"]


def test_sources_in_brackets_at_the_end_are_no_names(namer):
    assert _found(namer, "A bomb explodes in Baghdad. (BBC News) (Reuters)") == ["Baghdad"]


def test_a_blank_line_begins_a_sentence(namer):
    assert _found(namer, "Fire in Baghdad\n\nRescuers search the rubble.") == ["Baghdad"]


def test_every_name_says_where_it_stands_and_why(namer):
    text = "Iraqi troops leave Najaf, says Zorkovian Army chief Blaukirk of the UN."
    for name in namer.explain(text):
        assert text[name.start : name.end] == name.text
        assert name.why
    assert [(name.name, name.kind, name.why) for name in namer.explain("Iraqi troops leave Najaf.")] == [
        ("Iraq", "demonym", "says what belongs to Iraq"),
        ("Najaf", "place", "city in Iraq"),
    ]


def test_the_keepers_stop_names_are_no_names():
    namer = Namer(NameStatistics.collect(ARCHIVE), stop=read_stop_names(["# ours", "Update Desk"]))
    assert _found(namer, "The Update Desk is in Baghdad.") == ["Baghdad"]


@pytest.mark.parametrize(
    "text",
    [
        "President of " + "Aaaa " * 5_000,
        "Food and Drug " * 2_000,
        ". " + "(a)      " * 3_000 + "x",
        "Paris, Springfield, " * 1_000,
        "A-" * 10_000,
        "A Name\n" * 20_000,
        "A." * 10_000,
    ],
)
def test_odd_texts_are_read_to_their_end(namer, text):
    assert all(text[name.start : name.end] == name.text for name in namer.explain(text))


def test_words_that_were_forgotten_are_judged_alike(namer, monkeypatch):
    monkeypatch.setattr("searchidx.names.vocabulary._MOST_REMEMBERED", 2)
    forgetful = Namer(NameStatistics.collect(ARCHIVE))
    for text in ARCHIVE:
        told, expected = (
            [(name.start, name.name, name.kind, name.why) for name in each.explain(text)] for each in (forgetful, namer)
        )
        assert told == expected
