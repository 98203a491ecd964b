print("xueji")
