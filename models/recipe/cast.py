"""The cast of the stories: who and what a role can be, with the forms of its name. A maker gets the
Story, picks one, and returns its forms; MAKERS has one a role."""


def capital(s):
    return s[:1].upper() + s[1:]


def article(s):
    return ("an " if s[0] in "aeiou" else "a ") + s


PRONOUNS = {
    "m": {"he": "he", "him": "him", "his": "his", "himself": "himself"},
    "f": {"he": "she", "him": "her", "his": "her", "himself": "herself"},
}

BOYS = """Tim Tom Ben Sam Max Leo Jack Finn Noah Oscar Theo Luke Hugo Eli Owen
Milo Adam Felix Henry Omar Ravi Kai Peter Toby Harry Dan Bob Jim""".split()
GIRLS = """Lily Mia Anna Emma Lucy Sara Ella Rosie Zoe Nina Ruby Clara Molly Ivy
Maya Nora Grace Alice Lina Daisy Eva Amy Kate Bella Sofia Jane Polly Sue""".split()
PETS = "Pip Rusty Button Pepper Sunny Cocoa Teddy Maple Patch Spot Fluffy Bean".split()

ANIMALS = ["fox", "rabbit", "bear", "mouse", "hedgehog", "squirrel", "duck", "frog",
           "turtle", "pig", "lamb", "deer", "beaver", "otter", "badger", "cat",
           "dog", "goat", "mole", "raccoon", "panda", "koala"]
ANIMAL_BOYS = "Pip Bruno Rusty Bramble Otto Ziggy Teddy Acorn Button Gus Milo Toby Max Bobby Sunny Rocky".split()
ANIMAL_GIRLS = "Dot Hazel Clover Fern Tilly Poppy Olive Maple Pepper Cocoa Daisy Rosie Lulu Honey Willow Penny".split()

KID_TRAITS = ["kind", "curious", "brave", "quiet", "cheerful", "clever", "shy", "funny", "busy", "friendly", "gentle"]
ANIMAL_LOOKS = ["little", "small", "brown", "gray", "young", "fluffy", "tiny", "round", "white", "cheerful", "curious", "clever", "shy", "kind"]


def character(s):
    rng = s.rng
    sex = rng.choice("mf")
    forms = dict(PRONOUNS[sex])
    if s.world == "kid":
        name = s.pick(BOYS if sex == "m" else GIRLS)
        kind = "boy" if sex == "m" else "girl"
        size = rng.choice(["little", "young", "little", "small"])
        trait = rng.choice(KID_TRAITS)
        look = rng.choice([size, trait, trait, size])
        desc = rng.choice([look + " " + kind, size + " " + kind])
        forms.update(tag=name, kind=kind, the="the " + kind)
        forms["thelittle"] = "the little " + kind
    else:
        name = s.pick(ANIMAL_BOYS if sex == "m" else ANIMAL_GIRLS)
        kind = s.pick(ANIMALS)
        desc = rng.choice(ANIMAL_LOOKS) + " " + kind
        forms.update(tag=name + " the " + kind, kind=kind, the="the " + kind)
        forms["thelittle"] = "the little " + kind
    forms.update({"": name, "s": name + "'s", "desc": desc, "adesc": article(desc),
                  "intro": article(desc) + " {named|called|named} " + name})
    return forms


def elder(s):
    if s.world == "kid":
        name, sex = s.rng.choice([("Mom", "f"), ("Dad", "m"), ("Grandma", "f"), ("Grandpa", "m"),
                                  ("Mom", "f"), ("Grandma", "f"), ("Grandpa", "m")])
        forms = {"": name, "my": name, "s": name + "'s"}
    else:
        name, sex = s.rng.choice([("the old owl", "m"), ("the wise owl", "f"), ("the old turtle", "m"),
                                  ("the old goose", "f"), ("Mother Goose", "f"), ("Grandmother Mole", "f"),
                                  ("Grandfather Toad", "m"), ("the old toad", "m"), ("the wise crow", "f")])
        forms = {"": name, "my": name, "s": name + "'s"}
    forms.update(PRONOUNS[sex])
    return forms


def parent(s):
    name, sex = s.rng.choice([("mom", "f"), ("dad", "m"), ("mother", "f"), ("father", "m"), ("mom", "f"), ("grandma", "f"), ("grandpa", "m")])
    call = {"mother": "Mom", "father": "Dad"}.get(name, capital(name))
    return {"": name, "call": call, **PRONOUNS[sex]}


def helper(s):
    """A grown-up of the village, or a grown animal of the woods."""
    if s.world == "kid":
        kind, sex = s.pick([("baker", "m"), ("farmer", "m"), ("farmer", "f"), ("gardener", "f"), ("painter", "f"),
                            ("fisherman", "m"), ("teacher", "f"), ("carpenter", "m"), ("shepherd", "m"),
                            ("sailor", "m"), ("nurse", "f"), ("librarian", "f"), ("shopkeeper", "f"), ("mailman", "m")])
        adj = s.rng.choice(["kind", "old", "friendly", "tall", "kind old", "jolly"])
    else:
        kind, sex = s.pick([("stork", "m"), ("crow", "f"), ("goose", "f"), ("horse", "m"), ("donkey", "m"),
                            ("cow", "f"), ("lion", "m"), ("moose", "m"), ("swan", "f"), ("sheep", "f")])
        adj = s.rng.choice(["kind", "old", "friendly", "big", "kind old", "gentle"])
    return {"": "the " + kind, "the": "the " + kind, "kind": kind, "a": article(adj + " " + kind),
            "full": adj + " " + kind, "s": "the " + kind + "'s", **PRONOUNS[sex]}


def pet(s):
    kind = s.rng.choice(["puppy", "kitten", "dog", "cat", "rabbit", "puppy", "kitten"])
    sex = s.rng.choice("mf")
    name = s.pick(PETS)
    adj = s.rng.choice(["brown", "white", "black", "gray", "little", "small", "spotted", "fluffy"])
    return {"": name, "kind": kind, "the": "the " + kind, "a": article(adj + " " + kind), "full": adj + " " + kind,
            "tag": name + " the " + kind, **PRONOUNS[sex]}


def thing(nouns, adjectives, plain=0.15):
    def make(s):
        noun = s.pick(nouns)
        full = noun if s.rng.random() < plain else s.rng.choice(adjectives) + " " + noun
        return {"": full, "noun": noun, "a": article(full), "the": "the " + full, "short": "the " + noun, "s": "the " + noun + "'s"}
    return make


COLORS = ["red", "blue", "green", "yellow", "white", "purple", "orange", "pink"]
toy = thing(["ball", "kite", "doll", "teddy bear", "toy car", "toy train", "drum", "toy boat", "spinning top",
             "robot", "toy horse", "balloon", "toy plane", "wagon"], COLORS + ["new", "shiny", "little", "big"])
wooden = thing(["toy car", "toy train", "toy boat", "toy horse", "music box", "wagon", "doll house", "robot", "clock", "toy plane"],
               ["wooden", "red", "blue", "green", "old", "yellow", "little"])
clothes = thing(["hat", "scarf", "mitten", "cap", "coat"], ["red", "blue", "green", "yellow", "warm", "woolly", "striped"])
treasure = thing(["coin", "ring", "key", "shell", "stone", "button", "bell"], ["shiny", "golden", "silver", "little", "bright"])
treat = thing(["cake", "cookie", "pie", "bun", "sandwich", "muffin", "pear", "pancake", "apple", "carrot"],
              ["big", "sweet", "nice", "fresh", "tasty", "little"])
flower = thing(["rose", "sunflower", "daisy", "tulip", "bean plant", "apple tree", "pumpkin", "poppy", "lily"], ["tall", "lovely", "beautiful", "big", "little"])
instrument = thing(["drum", "flute", "horn", "fiddle", "guitar", "piano", "violin", "whistle"], ["little", "old", "new", "wooden", "red", "shiny"], 0.4)


def place(s):
    if s.world == "kid":
        name, prep = s.pick([("the park", "in"), ("the garden", "in"), ("the beach", "at"), ("the playground", "at"),
                             ("the woods", "in"), ("the field", "in"), ("the river", "by"), ("the lake", "by"), ("the yard", "in"),
                             ("the meadow", "in"), ("the hill", "on")])
    else:
        name, prep = s.pick([("the meadow", "in"), ("the forest", "in"), ("the pond", "by"), ("the stream", "by"),
                             ("the field", "in"), ("the hill", "on"), ("the old oak tree", "under"), ("the clearing", "in"),
                             ("the river", "by"), ("the big rock", "near")])
    return {"": name, "in": prep + " " + name}


def home(s):
    if s.world == "kid":
        t = s.rng.choice(["a small village", "a little house {by the sea|near the woods|on a hill}", "a quiet town", "a big city",
                          "a cozy house {at the end of the road|with a blue door|with a green roof}", "a village by the sea",
                          "a house near the park", "a small house with a big garden", "a village in the hills", "a little town by the river"])
    else:
        t = s.rng.choice(["the forest", "a green forest", "the deep woods", "a cozy {burrow|den|home} under {an old oak tree|the roots of a tree}",
                          "a quiet meadow", "a meadow full of flowers", "a little house {by the pond|near the stream|under the hill}",
                          "a hollow log", "the woods near a river", "a sunny valley", "a green valley by the river"])
    return {"": t}


MAKERS = {"h": character, "f": character, "g": character, "r": character, "w": elder, "par": parent, "n": helper, "pet": pet,
          "o": toy, "wo": wooden, "cl": clothes, "tr": treasure, "t": treat, "fl": flower, "ins": instrument, "p": place, "q": place, "home": home}
