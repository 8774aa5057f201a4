"""Small stories of our own: a grammar, and a generator that a seed decides."""

import random

SHE = ["Mia", "Ada", "Lena", "Rosa", "Nora", "Ida"]
HE = ["Tom", "Ben", "Max", "Oto", "Finn", "Paul"]
ANIMALS = ["fox", "bear", "mouse", "hare", "frog", "duck", "goat", "cat"]
SIZES = ["little", "big", "young", "old"]
COLOURS = ["red", "blue", "green", "yellow", "white", "black"]
THINGS = ["ball", "kite", "hat", "bell", "drum", "lamp", "boat", "book"]
HOMES = ["house", "hut", "cave", "barn"]
NEAR = ["river", "forest", "lake", "hill", "road", "sea"]
WALKS = ["market", "bridge", "meadow", "mill", "well", "garden"]
SPOTS = ["tree", "stone", "bench", "gate", "wall", "bush"]
SIDES = ["under", "behind", "near"]
FOODS = ["bread", "soup", "honey", "cake", "milk", "jam"]
WEATHER = ["sunny", "windy", "cold", "warm"]


class Teller:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def one(self, choices, *but):
        return self.random.choice([each for each in choices if each not in but])

    def sized(self):
        """A size with its article."""
        size = self.one(SIZES)
        return f"an {size}" if size == "old" else f"a {size}"

    def person(self, *but):
        """A name with its pronouns: subject, object, possessive."""
        if self.random.random() < 0.5:
            return self.one(SHE, *but), "she", "her", "her"
        return self.one(HE, *but), "he", "him", "his"

    def story(self):
        self.hero = name, they, _, their = self.person()
        self.friend = self.person(name)
        animal, self.other = self.one(ANIMALS), self.one(ANIMALS)
        self.thing = self.one(THINGS)
        self.own = f"{self.one(COLOURS)} {self.thing}"
        begin = self.one(
            [
                f"Once there was {self.sized()} {animal} named {name}.",
                f"There was once a {animal} called {name}.",
                f"{name} was {self.sized()} {animal}.",
            ]
        )
        home = f"{name} lived in a {self.one(SIZES[:2])} {self.one(HOMES)} by the {self.one(NEAR)}."
        has = self.one(
            [
                f"{they.capitalize()} had a {self.own} and loved it very much.",
                f"{they.capitalize()} had a {self.own}.",
                f"Of all things, {they} loved {their} {self.own} the most.",
            ]
        )
        plot = self.one([self.lost, self.hungry, self.rain, self.race, self.gift])
        return " ".join([begin, home, has, *plot(), "The end."])

    def meet(self):
        name, they, _, _ = self.hero
        friend = self.friend[0]
        self.place = self.one(WALKS)
        way = self.one(
            [
                f"One {self.one(WEATHER)} day, {name} went to the {self.place}.",
                f"One {self.one(WEATHER)} morning, {they} walked to the {self.place}.",
            ]
        )
        return [way, f"There {they} met {friend}, {self.sized()} {self.other}."]

    def thanks(self):
        name, (friend, they, _, _) = self.hero[0], self.friend
        return self.one([f'"Thank you, {name}," said {friend}.', f'"You are kind, {name}," {they} said.'])

    def lost(self):
        name = self.hero[0]
        friend, they, _, their = self.friend
        thing = self.one(THINGS, self.thing)
        colour = self.one(COLOURS)
        told = [
            *self.meet(),
            f"{friend} was sad, because {they} had lost {their} {colour} {thing}.",
            f'"I will help you," said {name}.',
        ]
        spots = self.random.sample(SPOTS, self.random.randint(1, 3))
        for spot in spots[:-1]:
            told.append(f"They looked {self.one(SIDES)} the {spot}, but the {thing} was not there.")
        last = f"{self.one(SIDES)} the {spots[-1]}"
        told.append(f"Then they looked {last}, and there was the {colour} {thing}!")
        return [*told, self.thanks(), f"{friend} was happy, and {name} was happy too."]

    def hungry(self):
        name = self.hero[0]
        friend, _, them, _ = self.friend
        food = self.one(FOODS)
        told = [*self.meet(), f"{friend} was hungry and had nothing to eat."]
        told.append(f'"Come home with me," said {name}. "I have {food} for you."')
        told.append(f"So they went home and ate the {food}.")
        told.append(f"{name} gave {them} {self.one(['all the', 'a lot of', 'some more'])} {food}.")
        return [*told, self.thanks(), f"From then on, {friend} and {name} were friends."]

    def rain(self):
        name, _, _, their = self.hero
        friend, spot = self.friend[0], self.one(SPOTS)
        told = [*self.meet(), "Then it began to rain."]
        told.append(f"{name} and {friend} sat {self.one(SIDES[:2])} the {spot} and waited.")
        told.append(f'"I am cold," said {name}.')
        told.append(f"So {friend} sang a song, and {name} played with {their} {self.own}.")
        told.append(f"When the sun came out again, they went back to the {self.place}.")
        return told

    def race(self):
        name, friend, spot = self.hero[0], self.friend[0], self.one(SPOTS)
        told = [*self.meet(), f'"Let us run to the {spot}," said {friend}.']
        told.append(f"{friend} ran fast, but {name} ran faster.")
        told.append(f"{name} came to the {spot} first.")
        told.append(f'"You win, {name}," said {friend}, and they laughed.')
        return [*told, f"Then they played with the {self.own}."]

    def gift(self):
        name = self.hero[0]
        friend, _, them, _ = self.friend
        told = [*self.meet(), f'"What do you have there?" asked {friend}.']
        told.append(f'"This is my {self.own}," said {name}.')
        told.append(f"{friend} had no {self.thing}.")
        told.append(f"So {name} gave {them} the {self.own}.")
        return [*told, self.thanks(), f"And {friend} went home with the {self.own}."]


def stories(seed, count):
    teller = Teller(seed)
    return [teller.story() for _ in range(count)]


if __name__ == "__main__":
    print("\n".join(stories(1, 8)))
